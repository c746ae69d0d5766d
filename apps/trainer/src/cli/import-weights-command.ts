import { importBackbone, writeSafetensors } from '@groundglass/nn';
import type { Command } from 'commander';
import { recipeSchema } from '../training/recipes/recipe.js';
import { replaceFile } from '@groundglass/dataset/disk';
import { readWeights } from '../weights/read-weights.js';
import { TrainerError } from '../errors.js';

const backbones = recipeSchema.shape.model.shape.backbone;

/** `import-weights FILE --backbone NAME --out FILE`. */
export function registerImportWeights(program: Command): void {
  program
    .command('import-weights')
    .description(
      'converts weights with the names of torchvision, timm or efficientnet-pytorch, from safetensors, a PyTorch checkpoint or an ONNX file’s initializers, to a backbone for train --init',
    )
    .argument('<file>', 'a .safetensors, .pth, .pt or .onnx file; no code in a PyTorch file is run')
    .requiredOption('--backbone <name>', backbones.options.join(', '))
    .requiredOption('--out <file>', 'the safetensors file to write')
    .action(async (file: string, options: { backbone: string; out: string }) => {
      const backbone = backbones.safeParse(options.backbone);
      if (!backbone.success)
        throw new TrainerError(
          'TRAIN_BAD_OPTION',
          `Expected a backbone of ${backbones.options.join(', ')}, got "${options.backbone}"`,
        );
      const { tensors } = await readWeights(file);
      const imported = importBackbone(backbone.data, tensors);
      await replaceFile(options.out, writeSafetensors(imported, { backbone: backbone.data }));
      console.log(
        `Wrote ${options.out}: ${imported.size} tensors of ${backbone.data}, ${tensors.size - imported.size} left out`,
      );
    });
}
