import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/mantine.css';
import './styles/tokens.css';
import './styles/shell.css';
import './styles/components.css';
import { App } from './app';

const root = document.getElementById('root');
if (root === null) throw new Error('The document has no element root.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
