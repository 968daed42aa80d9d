package dev.kith.client.cli;

import dev.kith.client.AttachProgress;
import dev.kith.client.CollectionInfo;
import dev.kith.client.KithClient;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `kith collection attach`
@Command(
    name = "attach",
    description = {
      "Make a collection of a folder that `kith index build` made, without linking its points"
          + " again.",
      "The folder lies on the server's machine, in the folder of its setting store.attach-folder,"
          + " and stays as it is. Interrupted, nothing is attached."
    },
    footerHeading = "%nExample:%n",
    footer = "  kith collection attach words --from words-index")
final class AttachCommand extends CollectionCommand.OnOne {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "FOLDERNAME",
      description = "Name of the folder, not a path.")
  private String folder = "";

  AttachCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    CollectionInfo info;
    try (KithClient client = common.connect();
        Progress bar = new Progress()) {
      info = client.attach(name, folder, progress -> show(bar, progress));
    }
    print(info);
    return 0;
  }

  private static void show(Progress bar, AttachProgress progress) {
    if (progress.phase() != AttachProgress.Phase.FINISHED) {
      bar.at(
          progress.phase().name().toLowerCase(Locale.ROOT), progress.completed(), progress.total());
    }
  }
}
