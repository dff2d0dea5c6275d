// An option that does not apply to the chosen data is refused by name.
using System.CommandLine;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Commands;

public sealed class DataOptionsTests
{
    private static readonly DataChoice Recordings = new() { Source = "/clips" };

    [Theory]
    [InlineData("--labels a.csv", "--labels: ")]
    [InlineData("--validation a.txt --media b", "--validation, --media: ")]
    [InlineData("--held-out 0.2", "--held-out: ")]
    [InlineData("--augment none --views 1x1", "--views, --augment: ")]
    [InlineData("--colour-jitter 0", "--colour-jitter: ")]
    [InlineData("--data generated --views 4x3", "--views: ")]
    [InlineData("--data generated --replay clips --labels a.csv", "--labels: ")]
    [InlineData("--data clips --replay-share 0.5", "--replay-share: ")]
    [InlineData("--data clips --views 4", "--views 4: ")]
    public void Training_OptionNotForData_IsRefused(string arguments, string message) =>
        Assert.StartsWith(message, Assert.Throws<TrainerException>(() => Training(arguments)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("--data generated")]
    [InlineData("--data clips --labels a.csv --validation b.txt --media c --held-out 0.3 --augment none --views 4x3 --colour-jitter 0.2")]
    [InlineData("--replay clips --replay-share 0.3 --augment none --views 4x3 --held-out 0.1")]
    public void Training_OptionForData_IsAccepted(string arguments) => Assert.NotNull(Training(arguments));

    [Fact]
    public void Read_Recordings_KeepsGivenOptions()
    {
        var choice = Training("--data clips --held-out 0.3 --augment something-something --colour-jitter 0.4 --views 4x3");
        Assert.Equal((Path.GetFullPath("clips"), 0.3, "something-something", 0.4, 4, 3),
            (choice.Source, choice.HeldOut, choice.Recipe, choice.ColourJitter, choice.TemporalViews, choice.SpatialViews));
        Assert.Equal(new DataChoice(), Training(""));
    }

    [Theory]
    [InlineData("--labels a.csv")]
    [InlineData("--validation a.txt")]
    [InlineData("--media a")]
    [InlineData("--data generated --labels a.csv")]
    [InlineData("--data generated --views 4x3")]
    public void Evaluation_OptionNotForData_IsRefused(string arguments) =>
        Assert.StartsWith(
            arguments.Split(' ')[^2] + ": ", Assert.Throws<TrainerException>(() => Evaluation(arguments, Recordings)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Evaluation_ViewsOfRunData_RequireRecordings()
    {
        Assert.Equal(4, Evaluation("--views 4x3", Recordings).TemporalViews);
        Assert.Equal(4, Evaluation("--views 4x3", new() { Replay = "/clips" }).TemporalViews);
        Assert.Equal(4, Evaluation("--views 4x3").TemporalViews);
        Assert.Equal(4, Evaluation("--data clips --views 4x3", new()).TemporalViews);
        Assert.StartsWith(
            "--views: ", Assert.Throws<TrainerException>(() => Evaluation("--views 4x3", new())).Message, StringComparison.Ordinal);
    }

    private static DataChoice Training(string arguments)
    {
        var (settings, result) = Parse(arguments, RunSettings.All);
        var choice = settings.Read(result).Data;
        DataOptions.CheckForTraining(settings, result, choice);
        return choice;
    }

    private static DataChoice Evaluation(string arguments, DataChoice? own = null)
    {
        var (settings, result) = Parse(arguments, DataOptions.OfEvaluation);
        var choice = settings.Read(result).Data;
        DataOptions.CheckForEvaluation(settings, result, choice, own);
        return choice;
    }

    private static (SettingOptions Settings, ParseResult Result) Parse(string arguments, IEnumerable<RunSetting> all)
    {
        var settings = new SettingOptions(all, RunSettings.Defaults);
        Command command = new("verb");
        settings.AddTo(command);
        var result = command.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(result.Errors);
        return (settings, result);
    }
}
