import { createRoot } from 'react-dom/client';
import { App } from './shell/App.tsx';
import { boot } from './shell/boot.ts';
import './shell/theme.css';
import './shell/shell.css';

boot();
createRoot(document.getElementById('root') as HTMLElement).render(<App />);
