import '@patternfly/react-core/dist/styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { followTheme } from './parts/theme.ts';
import './xen.css';

followTheme();
createRoot(document.getElementById('page')!).render(<StrictMode><App /></StrictMode>);
