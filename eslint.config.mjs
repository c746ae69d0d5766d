import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { roomConstraints } from './tools/rooms.mjs';

export default tseslint.config(
  {
    ignores: ['**/dist', '**/out-tsc', '**/test-output', '**/fixtures', '**/golden', '.nx', 'runs'],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Typed-array loops read `data[i]!`: under noUncheckedIndexedAccess there is no cheaper way to say "in range".
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      // One way to mark private members. JavaScript has no `#constructor`, so there the modifier stays.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(PropertyDefinition, TSParameterProperty, MethodDefinition[kind!="constructor"])[accessibility=/private|protected/]',
          message: 'Write `#name`: it is private at run time too.',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          allow: ['^.*/eslint\\.config\\.mjs$', '^.*/vitest\\.base\\.mjs$'],
          depConstraints: roomConstraints,
        },
      ],
    },
  },
  {
    files: ['libs/nn/**/*.ts', 'apps/trainer/**/*.ts'],
    ignores: ['libs/nn/src/engine/onnx-runtime.ts', '**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          name: 'onnxruntime-node',
          message: 'Import it from engine/onnx-runtime.js, which turns its telemetry off first.',
        },
      ],
    },
  },
  {
    // Tests may use the test tools that every room shares.
    files: [
      ...['**/*.test.ts', '**/*.fixture.ts', '**/e2e/*.ts'],
      ...['**/vitest.config.ts', '**/playwright.config.ts'],
    ],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: ['^.*/(vitest|playwright)\\.(base|axe)\\.mjs$'],
          depConstraints: roomConstraints.map(({ allowedExternalImports, ...rule }) =>
            allowedExternalImports
              ? {
                  ...rule,
                  allowedExternalImports: [
                    ...allowedExternalImports,
                    'vitest',
                    'vitest/*',
                    'fast-check',
                    'onnxruntime-*',
                  ],
                }
              : rule,
          ),
        },
      ],
    },
  },
  prettier,
);
