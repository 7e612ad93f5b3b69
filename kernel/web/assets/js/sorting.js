// Dragging the things of an ordered list by their grips.
import Sortable from 'sortablejs';

export default function sorting(root) {
  new Sortable(root, { draggable: '[data-movable]', handle: '.grip', animation: 140, ghostClass: 'ghost' });
}
