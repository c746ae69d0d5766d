export { defineFilmstrip, type FilmstripPicture } from './element.js';
