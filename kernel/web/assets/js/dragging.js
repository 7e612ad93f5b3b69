// What drags, apart from who asks for it, so that it is fetched when it is wanted and only what of it is used.
export { default } from 'sortablejs';
