import { defineGallery } from './element.js';

// The entry of the bundle: a page only has to import it.
defineGallery();
