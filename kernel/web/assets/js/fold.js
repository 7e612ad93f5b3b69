// Panels of a record fold; on a phone they are folded at first, so that the thumb finds what it looks for.
import { findAll } from './dom.js';

if (matchMedia('(max-width: 760px)').matches) {
  for (const panel of findAll('details[data-fold]')) panel.open = false;
}
