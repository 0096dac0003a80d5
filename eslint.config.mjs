import eslint from '@eslint/js';
import { builtinRules } from 'eslint/use-at-your-own-risk';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

// ESLint takes one severity for a rule: the same rules under a second name warn at the preferred sizes, where the ones
// under their own name refuse. A parameter bag or a pass-through is worse than a sixth parameter or a longer file.
const SIZES = ['max-lines', 'max-lines-per-function', 'max-params'];
const preferred = { rules: Object.fromEntries(SIZES.map((name) => [name, builtinRules.get(name)])) };

export default tseslint.config(
  {
    ignores: [
      'dist',
      'dist-bench',
      'dist-chaos',
      'dist-examples',
      'client/dist',
      'console/dist',
      'client/src/generated',
      'data',
      '.jest-cache',
      'node_modules',
      'docs',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    // One program for Node and one for the browser; the service would make one more for each folder with a tsconfig of its own.
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { preferred },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Decorator metadata needs the written type, and a type-only import removes it at run time.
      '@typescript-eslint/no-inferrable-types': ['error', { ignoreProperties: true }],
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/unbound-method': 'off',
      // The typings of several libraries (winston, Nest) describe their classes as interfaces.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Index signatures are read in brackets, so that a typed property is told from a guess at sight.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      'preferred/max-lines': ['warn', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'preferred/max-lines-per-function': ['warn', { max: 40, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'preferred/max-params': ['warn', { max: 5 }],
      'max-params': ['error', { max: 7 }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.tsx'],
    rules: {
      // A handler in JSX is one call, whose result React ignores.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'max-lines-per-function': 'off',
      'preferred/max-lines-per-function': 'off',
      'jest/no-disabled-tests': 'error',
      'jest/no-commented-out-tests': 'error',
      // Jest types its matchers (expect.any and the like) as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      'jest/valid-title': ['error', { ignoreTypeOfDescribeName: true }],
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*'] }],
    },
  },
  {
    // A suite for whoever implements a port is declared in one file and run by another.
    files: ['**/*.contract.ts', 'test/support/grouped-specs.ts'],
    rules: { 'jest/no-export': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        module: 'writable',
        __dirname: 'readonly',
        require: 'readonly',
        process: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
      },
    },
  },
  {
    files: ['console/*.js', 'console/tools/*.js'],
    languageOptions: { sourceType: 'module', globals: { URL: 'readonly', Buffer: 'readonly' } },
  },
  {
    // What a person or another program reads on standard output is written there.
    files: ['src/demo.ts', 'src/simulator/main.ts', 'bench/**/*.ts', 'test/faults/replicas/main.ts'],
    rules: { 'no-console': 'off' },
  },
);
