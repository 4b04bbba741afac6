package io.dfs.packaging;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's man page. Confined. */
final class ManPage {
  private static final String DATE = "2026-11-21";

  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  static String of(CommandSpec spec) {
    ManPage page = new ManPage();
    String name = "dfs-" + spec.name();
    page.line(".TH " + name.toUpperCase(java.util.Locale.ROOT) + " 1 " + DATE + " dfs dfs");
    page.line(".SH NAME");
    page.line(escape(name) + " \\- " + escape(first(spec)));
    page.line(".SH SYNOPSIS");
    page.synopsis(spec, "dfs " + spec.name());
    page.line(".SH DESCRIPTION");
    page.text(spec.usageMessage().description());
    page.aliases(spec);
    page.parts(spec, ".SH OPTIONS");
    for (Map.Entry<String, CommandLine> sub : spec.subcommands().entrySet()) {
      CommandSpec part = sub.getValue().getCommandSpec();
      page.line(".SS dfs " + spec.name() + " " + sub.getKey());
      page.synopsis(part, "dfs " + spec.name() + " " + sub.getKey());
      page.line(".PP");
      page.text(part.usageMessage().description());
      page.parts(part, "");
    }
    if (spec.usageMessage().footer().length > 0) {
      page.line(".SH NOTES");
      page.text(spec.usageMessage().footer());
    }
    page.line(".SH SEE ALSO");
    page.line(".BR dfs (1),");
    page.line(".BR dfs.conf (5),");
    page.line(".BR dfs (7)");
    return page.page.toString();
  }

  private void aliases(CommandSpec spec) {
    if (spec.aliases().length > 0) {
      text("The same as dfs " + String.join(", dfs ", spec.aliases()) + ".");
    }
  }

  private static String first(CommandSpec spec) {
    String[] description = spec.usageMessage().description();
    String text = description.length == 0 ? spec.name() : String.join(" ", description);
    int end = text.indexOf(". ");
    String sentence = end < 0 ? text : text.substring(0, end);
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private void synopsis(CommandSpec spec, String command) {
    // In one line: roff breaks it.
    spec.usageMessage().autoWidth(false).width(2000);
    Help help = new Help(spec, CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    String usage = help.synopsis(0).strip().replaceAll("\\s+", " ");
    int after = usage.indexOf(spec.name());
    line(".B " + escape(command));
    String rest = after < 0 ? "" : usage.substring(after + spec.name().length()).strip();
    text(rest);
  }

  private void parts(CommandSpec spec, String heading) {
    boolean any = false;
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (!parameter.hidden() && parameter.description().length > 0) {
        any = begin(any, heading);
        line(".TP");
        line(".I " + escape(parameter.paramLabel()));
        text(parameter.description());
      }
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        any = begin(any, heading);
        line(".TP");
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        line(".B " + escape(String.join(", ", option.names()) + value));
        text(option.description());
      }
    }
  }

  private boolean begin(boolean begun, String heading) {
    if (!begun && !heading.isEmpty()) {
      line(heading);
    }
    return true;
  }

  /** One sentence a line, as roff likes it, and none longer than a terminal. */
  private void text(String... lines) {
    String text = String.join(" ", lines).replace("%n", " ").replace("%%", "%").strip();
    if (text.isEmpty()) {
      return;
    }
    for (String sentence : text.replaceAll("\\s+", " ").split("(?<=[.]) ", -1)) {
      Paragraph.wrap(sentence).forEach(part -> line(escape(part)));
    }
  }

  private static String escape(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  private void line(String line) {
    page.append(line).append('\n');
  }
}
