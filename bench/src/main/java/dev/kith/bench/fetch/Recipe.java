package dev.kith.bench.fetch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// How one data set is made. Repeating it makes the same files.
public sealed interface Recipe
    permits GloveRecipe,
        GloveRelativesRecipe,
        MixtureRecipe,
        MnistRecipe,
        WordNetExamplesRecipe,
        WordNetRecipe {

  /// Name of the data set and of its folder.
  String name();

  /// What it is, in one line.
  String description();

  /// Makes the folder, which afterwards opens as a data set without neighbours.
  ///
  /// @throws IOException if the raw data cannot be had or read; says what to do about it
  void make(Path folder) throws IOException, InterruptedException;

  /// All recipes, those that need no options.
  static List<Recipe> all() {
    return List.of(
        new GloveRecipe(),
        WordNetRecipe.usingWhatIsThere(),
        new MnistRecipe(),
        new MixtureRecipe(),
        WordNetExamplesRecipe.usingWhatIsThere(),
        new GloveRelativesRecipe());
  }
}
