// Errors of the command line: a mistyped verb, a mistyped option.
using System.CommandLine;
using StreamActions.Trainer.Commands;

namespace StreamActions.Trainer.Tests.Commands;

public sealed class TrainerCommandsTests
{
    [Theory]
    [InlineData("convrt", "convert")]
    [InlineData("evalute --run mine", "evaluate")]
    public void Parse_MistypedVerb_SuggestsSimilarVerb(string line, string verb)
    {
        var output = Output(line);
        Assert.Contains($"'{line.Split(' ')[0]}' was not matched", output, StringComparison.Ordinal);
        Assert.Contains(verb, output.Split(["\n", "\r\n"], StringSplitOptions.None));
        Assert.DoesNotContain("Usage:", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MistypedOption_NamesItWithoutHelpPage()
    {
        var output = Output("convert --rum model --to causal");
        Assert.Contains("'--rum'", output, StringComparison.Ordinal);
        Assert.Contains("'--run' is required", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Usage:", output, StringComparison.Ordinal);
    }

    private static string Output(string line)
    {
        using StringWriter writer = new();
        Assert.Equal(1, TrainerCommands.Parse(line.Split(' ')).Invoke(new InvocationConfiguration { Output = writer, Error = writer }));
        return writer.ToString();
    }
}
