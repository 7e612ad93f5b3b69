// What only the tables of lists need: cells edited in place, widths of columns.
import './cells.js';
import './widths.js';
