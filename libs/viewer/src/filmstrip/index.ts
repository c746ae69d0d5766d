export { defineFilmstrip, type FilmstripEventMap, type FilmstripPicture } from './element.js';
