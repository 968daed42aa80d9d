package dev.kith.client.cli;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.IOptionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Help whose descriptions flow: their lines in the source are no lines on the screen.
public final class FlowingHelp implements CommandLine.IHelpFactory {

  @Override
  public Help create(CommandSpec command, ColorScheme colors) {
    command.usageMessage().description(flowing(command.usageMessage().description()));
    return new Help(command, colors) {
      @Override
      public IOptionRenderer createDefaultOptionRenderer() {
        IOptionRenderer renderer = super.createDefaultOptionRenderer();
        return (option, label, scheme) -> renderer.render(flowing(option), label, scheme);
      }
    };
  }

  private static OptionSpec flowing(OptionSpec option) {
    return OptionSpec.builder(option).description(flowing(option.description())).build();
  }

  private static String flowing(String... lines) {
    return String.join(" ", lines);
  }
}
