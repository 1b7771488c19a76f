#!/usr/bin/env node
// The command `perennial`: registers the TypeScript loader, which Node 20 lacks, and hands over.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
