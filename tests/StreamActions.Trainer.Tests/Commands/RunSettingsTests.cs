// Each option of a run is declared once: the command line, the saved settings and the provenance all contain it.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Commands;

public sealed class RunSettingsTests
{
    /// <summary>Options of the training verbs that do not affect the result, or whose effect another setting stores.</summary>
    private static readonly string[] NotStored = ["--run", "--threads", "--device", "--epochs", "--to", "--per-class"];

    /// <summary>Saved settings without an option: constants of the recipe, and values from the weights or the verb.</summary>
    private static readonly string[] WithoutOption =
        ["weight_decay", "gradient_norm", "checkpoint_every", "prompt_template", "open_vocabulary", "made_by"];

    private static readonly Dictionary<string, string> SampleValues = new()
    {
        ["--from"] = "demo",
        ["--data"] = "/clips",
        ["--replay"] = "generated",
        ["--augment"] = "none",
        ["--views"] = "2x3",
        ["--labels"] = "/a.csv",
        ["--validation"] = "/b",
        ["--media"] = "/c",
        ["--adapters"] = "vision",
        ["--temporal"] = "causal",
        ["--ted"] = "difference",
        ["--train"] = "backbone",
    };

    public static TheoryData<string> Names => [.. RunSettings.All.Select(s => s.Name)];

    [Fact]
    public void All_OptionsOfTrainingVerbs_AreSettings()
    {
        Assert.Equal(RunSettings.All.Select(s => s.Name).Order(), OptionsOf(TrainCommand.Create()));
        Assert.Equal(RunSettings.OfPretrain.Select(s => s.Name).Order(), OptionsOf(PretrainCommand.Create()));
        Assert.Equal(RunSettings.OfConvert.Select(s => s.Name).Order(), OptionsOf(ConvertCommand.Create()));
    }

    [Fact]
    public void All_SavedSettings_HaveAnOption()
    {
        var defaults = Leaves(RunSettings.Defaults);
        var changed = RunSettings.All.SelectMany(s =>
            Leaves(Parse(s.Name, Argument(s))).Where(leaf => leaf.Value != defaults[leaf.Key]).Select(leaf => leaf.Key)).ToHashSet();

        Assert.Equal(defaults.Keys.Except(WithoutOption).Order(), changed.Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Setting_OnCommandLine_RoundTripsThroughFileAndCommand(string name)
    {
        var setting = RunSettings.All.Single(s => s.Name == name);
        var given = Parse(name, Argument(setting));
        Assert.NotEqual(setting.DefaultFor(RunSettings.Defaults), setting.ValueIn(given));

        var read = TrainingOptions.Parse(given.ToJson())!;
        Assert.Equal(setting.ValueIn(given), setting.ValueIn(read));

        // The recorded command gives the same setting; of a path it keeps only the file name.
        var words = CommandLineParser.SplitCommandLine(RunSettings.Command("run", read)).ToArray();
        Assert.Contains(name, words);
        var again = Parse([.. words[1..].SkipWhile(w => w == "--run").Skip(1)]);
        Assert.Equal(FileNameOnly(setting.ValueIn(given)), FileNameOnly(setting.ValueIn(again)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void RequireSame_SettingDiffers_IsNamedUnlessChangeable(string name)
    {
        var setting = RunSettings.All.Single(s => s.Name == name);
        var given = Parse(name, Argument(setting));
        void Require() => RunSettings.RequireSame("/run", RunSettings.Defaults, "train", s => s == setting, given);
        if (setting.MayChange)
            Require();
        else
            Assert.Contains($"{name} was ", Assert.Throws<TrainerException>(Require).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_TrainRun_ContainsNonDefaultOptionsWithoutPaths()
    {
        var options = new TrainingOptions
        {
            Steps = 800,
            Batch = 32,
            Rate = 6e-3,
            WarmUp = 50,
            Seed = 2,
            Train = TrainablePart.Adapters,
            ImportedFrom = "demo 0.3.0",
            Ted = TedParts.Difference,
        };
        Assert.Equal(
            "train --run mine --from \"demo 0.3.0\" --steps 800 --batch 32 --rate 0.006 --warm-up 50 --seed 2 --ted difference",
            RunSettings.Command("/home/user/mine/", options));
        var own = options with
        {
            ImportedFrom = null,
            Ted = TedParts.Both,
            MixedPrecision = true,
            Losses = new() { Masked = 0 },
            Data = new() { Source = "/home/user/shop", Replay = "generated", ReplayShare = 0.75, TemporalViews = 4, SpatialViews = 3 },
        };
        Assert.Equal(
            "train --run mine --steps 800 --batch 32 --rate 0.006 --warm-up 50 --seed 2 --bf16 --masked 0 "
                + "--data shop --replay generated --replay-share 0.75 --views 4x3 --train adapters",
            RunSettings.Command("mine", own));
    }

    [Fact]
    public void Command_PretrainRun_ContainsItsOptions()
    {
        var options = PretrainCommand.Defaults with { Steps = 9, Batch = 128, WarmUp = 1 };
        Assert.Equal(
            "pretrain --run clip --steps 9 --batch 128 --rate 0.001 --warm-up 1 --seed 1", RunSettings.Command("runs/clip", options));
        Assert.EndsWith(
            "--seed 1 --evaluate-every 600 --bf16",
            RunSettings.Command("clip", options with { MixedPrecision = true, EvaluateEvery = 600 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RunOfEarlierVersion_Succeeds()
    {
        var run = RunFolder.Open(Path.Combine(RepositoryPaths.Root, "models", "miniature-clip"));
        Assert.Equal((5200, 128, "pretrain"), (run.Options.Steps, run.Options.Batch, RunSettings.Verb(run.Options)));
        Assert.Equal("pretrain --run miniature-clip --steps 5200 --batch 128 --rate 0.001 --warm-up 180 --seed 1 --evaluate-every 600",
            RunSettings.Command("miniature-clip", run.Options));
        Assert.Equal(8, StartingPoint.Open(Path.Combine(RepositoryPaths.Root, "models", "demo")).Config.Frames);
    }

    private static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Select(o => o.Name).Where(n => n is not ("--help" or "--version")).Except(NotStored).Order();

    // A non-default value of the setting; null for a flag.
    private static string? Argument(RunSetting setting) => setting.ValueIn(RunSettings.Defaults) switch
    {
        bool => null,
        double value => (value / 2 + 0.15).ToString(CultureInfo.InvariantCulture),
        IConvertible number and (int or long or ulong) =>
            (number.ToInt64(CultureInfo.InvariantCulture) + 3).ToString(CultureInfo.InvariantCulture),
        _ => SampleValues[setting.Name],
    };

    private static TrainingOptions Parse(string name, string? value) => Parse(value is null ? [name] : [name, value]);

    private static TrainingOptions Parse(string[] arguments)
    {
        var settings = new SettingOptions(RunSettings.All, RunSettings.Defaults);
        Command command = new("train");
        settings.AddTo(command);
        var result = command.Parse(arguments);
        Assert.Empty(result.Errors);
        return settings.Read(result);
    }

    private static object? FileNameOnly(object? value) => value is string path ? Path.GetFileName(path) : value;

    // All values of the saved settings, by path, such as losses.masked.
    private static Dictionary<string, string> Leaves(TrainingOptions options)
    {
        Dictionary<string, string> leaves = [];
        void Add(JsonNode? node, string path)
        {
            if (node is JsonObject parts)
            {
                foreach (var (name, part) in parts)
                    Add(part, path.Length == 0 ? name : $"{path}.{name}");
            }
            else
                leaves[path] = node?.ToJsonString() ?? "null";
        }
        Add(JsonNode.Parse(options.ToJson()), "");
        return leaves;
    }
}
