import { defineGallery } from './element.js';

// The entry of the bundle: importing it is all that a page has to do.
defineGallery();
