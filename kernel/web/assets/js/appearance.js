import { on } from './dom.js';

/** Switches between light and dark, and remembers it on this device. */
export function switchTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset.theme);
}

on('click', '[data-theme-toggle]', switchTheme);
on('click', '[data-print]', () => window.print());
on('click', '[data-keys]', () => document.getElementById('keys').showModal());
