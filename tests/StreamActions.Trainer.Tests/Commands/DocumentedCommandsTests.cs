// The trainer parses every trainer command in the documentation.
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;

namespace StreamActions.Trainer.Tests.Commands;

public sealed partial class DocumentedCommandsTests
{
    private const string Script = "bash deploy/trainer.sh ";

    private static readonly string[] Pages =
    [
        "README.md", "docs/data.md", "docs/generated-benchmark.md", "docs/refresh.md", "models/README.md", "models/demo/README.md",
        "models/miniature-clip/README.md", "samples/README.md", "src/StreamActions.Trainer/README.md",
    ];

    public static TheoryData<string> Commands()
    {
        TheoryData<string> commands = [];
        foreach (var page in Pages)
        {
            var text = File.ReadAllText(Path.Combine(RepositoryPaths.Root, page));
            var variables = Variable().Matches(text).ToLookup(m => m.Groups[1].Value, m => m.Groups[2]);
            foreach (Match line in Line().Matches(text))
            {
                // A page may set a variable several times; the last assignment above the command applies.
                var command = VariableUse().Replace(
                    line.Groups[1].Value, use => variables[use.Groups[1].Value].Last(v => v.Index < line.Index).Value);
                commands.Add($"{page}: {command.Split(" #")[0].Trim()}");
            }
        }
        return commands;
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Parse_DocumentedCommand_HasNoErrors(string shown)
    {
        var arguments = CommandLineParser.SplitCommandLine(shown[(shown.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        Assert.Empty(TrainerCommands.Create().Parse([.. arguments]).Errors.Select(e => e.Message));
    }

    [Fact]
    public void Commands_AllPages_AreFound() => Assert.InRange(Commands().Count, 25, 1000);

    [GeneratedRegex($@"^\s*{Script}(.+)$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("""^([A-Z]+)="(.*)"$""", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$([A-Z]+)")]
    private static partial Regex VariableUse();
}
