// Typed lint. Beside the recommended sets it holds the three rules this codebase lives by:
// an un-awaited activity is an error, a closed union is switched exhaustively, and the folders
// that must be deterministic cannot reach the clock, randomness or Node.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const clockAndChance = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Time enters as data: take `now` as a parameter.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time enters as data: take `now` as a parameter.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Chance enters as data: take a seed or a key as a parameter.',
  },
];

export default tseslint.config(
  {
    ignores: [
      'node_modules/**',
      '.perennial/**',
      'store/generated/**',
      'coverage/**',
      'cli/perennial.js',
      'eslint.config.js',
      'prisma/*.js',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  {
    files: ['core/**/*.ts', 'workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'setTimeout',
        'setInterval',
        'process',
        'fetch',
        'Temporal',
      ],
      'no-restricted-imports': ['error', { patterns: ['node:*', '!node:crypto'] }],
    },
  },
  {
    // `createRequire`: numbers of the world are loaded at the first phone, not at each start.
    files: ['core/facts/phone.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['node:*', '!node:module'] }],
    },
  },
  { files: ['core/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...clockAndChance] } },
  {
    files: ['**/*.config.ts', 'test/support/global-setup.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
