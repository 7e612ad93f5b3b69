// Dragging the things of an ordered list by their grips; `ordered` tells of it.
import Sortable from 'sortablejs';

export default function sorting(root) {
  const onEnd = () => root.dispatchEvent(new CustomEvent('ordered', { bubbles: true }));
  new Sortable(root, { draggable: '[data-movable]', handle: '.grip', animation: 140, ghostClass: 'ghost', onEnd });
}
