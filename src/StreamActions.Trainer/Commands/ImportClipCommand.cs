// import-clip: published weights as a run that can be exported as it is, or trained.
using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>import-clip</c> verb.</summary>
internal static class ImportClipCommand
{
    private static readonly string[] WeightFiles = ["model.safetensors", "open_clip_model.safetensors"], TokenizerFiles = ["vocab.json", "merges.txt"],
        ConfigurationFiles = ["config.json", "open_clip_config.json"];

    public static Command Create()
    {
        Argument<string> folder = new("folder") { Description = "Folder with model.safetensors (or open_clip_model.safetensors), config.json, vocab.json, merges.txt." };
        Option<string> run = new("--run") { Description = "Folder of the run to make.", Required = true };
        Option<int> frames = new("--frames") { Description = "Frames of a clip.", DefaultValueFactory = _ => 8 };
        Option<double> fps = new("--fps") { Description = "Frames a second at which a clip is sampled.", DefaultValueFactory = _ => 4 };
        Command command = new("import-clip", "Take CLIP's published weights: 'export' then makes a bundle that knows any phrase, with no training.") { folder, run, frames, fps };
        command.SetAction((result, _) => RunMessages.GuardAsync(() =>
        {
            var made = Import(result.GetValue(folder)!, result.GetValue(run)!, result.GetValue(frames), result.GetValue(fps));
            AnsiConsole.MarkupLineInterpolated(
                $"Imported {M2ClipParameters.List(made.Config).Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b)):N0} parameters. Next: [blue]export --run {result.GetValue(run)} --name clip --to models/clip[/]");
            return Task.CompletedTask;
        }));
        return command;
    }

    /// <summary>Makes the run.</summary>
    /// <exception cref="FormatException">A file is missing or of another form, or the run is there already.</exception>
    /// <exception cref="CheckpointException">Tensors are missing or misshapen; all are listed.</exception>
    internal static RunFolder Import(string folder, string run, int frames, double fps)
    {
        if (RunFolder.Exists(run))
            throw new FormatException($"{run}: a run is here already; take another folder");
        if (frames < 1 || !(fps > 0))
            throw new FormatException("--frames must be at least 1 and --fps above 0");
        var weightsPath = WeightFiles.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);
        string[] missing =
        [
            .. weightsPath is null ? [string.Join(" or ", WeightFiles)] : Array.Empty<string>(),
            .. TokenizerFiles.Where(f => !File.Exists(Path.Combine(folder, f))),
        ];
        if (missing.Length > 0)
            throw new FormatException($"{folder}: no {string.Join(", no ", missing)}; a CLIP model folder as published on Hugging Face has them");
        var weights = ClipCheckpoint.Read(SafetensorsFile.Open(weightsPath!));
        var config = ClipCheckpoint.Sizes(weights, weightsPath!) with { Frames = frames };
        CheckPublishedConfiguration(folder, config);
        var problems = config.Problems();
        if (problems.Count > 0)
            throw new FormatException($"{weightsPath}: {string.Join("; ", problems)}");
        var tokenizer = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        var ids = ClipTokenizer.Load(tokenizer.Item1, tokenizer.Item2).Count;
        if (ids != config.VocabSize)
            throw new FormatException($"{tokenizer.Item1}: has {ids} ids, and the weights have {config.VocabSize}");
        using var parameters = TorchParameters.Extend(config, weights, weightsPath!, seed: 1);
        using (no_grad())
            _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);   // asks for every parameter
        return RunFolder.Import(run, new(config, [], []), new ClipSpec(frames, fps, config.ImageSize, ResizeRule.CenterCrop),
            new TrainingOptions { Steps = 0, Batch = 32, Rate = 1e-3, Seed = 1, OpenVocabulary = true, ImportedFrom = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) },
            tokenizer, parameters);
    }

    // What the weights themselves do not say, and this network has in one form only.
    private static void CheckPublishedConfiguration(string folder, M2ClipConfig config)
    {
        List<string> problems = [];
        void Check(JsonElement part, string name, int heads)
        {
            if (part.TryGetProperty("hidden_act", out var act) && act.GetString() != "quick_gelu")
                problems.Add($"{name} uses {act.GetString()}, and only quick_gelu (OpenAI's CLIP) is supported");
            if (part.TryGetProperty("num_attention_heads", out var given) && given.GetInt32() != heads)
                problems.Add($"{name} has {given.GetInt32()} heads, and only one a 64 channels ({heads}) is supported");
        }
        foreach (var file in ConfigurationFiles.Select(f => Path.Combine(folder, f)).Where(File.Exists))
        {
            try
            {
                using var json = JsonDocument.Parse(File.ReadAllText(file));
                if (json.RootElement.TryGetProperty("vision_config", out var vision))
                    Check(vision, "vision_config", config.VisionHeads);
                if (json.RootElement.TryGetProperty("text_config", out var text))
                    Check(text, "text_config", config.TextHeads);
                if (json.RootElement.TryGetProperty("model_cfg", out var open) && !(open.TryGetProperty("quick_gelu", out var quick) && quick.ValueKind == JsonValueKind.True))
                    problems.Add("model_cfg has no quick_gelu: true, and only that (OpenAI's CLIP) is supported");
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new FormatException($"{file}: not a model's configuration ({e.Message})", e);
            }
            if (problems.Count > 0)
                throw new FormatException($"{file}: {string.Join("; ", problems)}");
        }
    }
}
