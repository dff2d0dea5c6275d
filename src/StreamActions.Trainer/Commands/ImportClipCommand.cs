// import-clip: makes a run from published weights, to be exported as it is or trained.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Import;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>import-clip</c> verb.</summary>
internal static class ImportClipCommand
{
    private static readonly string[] WeightFiles = ["model.safetensors", "open_clip_model.safetensors"],
        TokenizerNames = ["vocab.json", "merges.txt"];

    public static Command Create()
    {
        Argument<string> folder = new("folder")
        {
            Description = "Folder with vocab.json, merges.txt and one of: model.safetensors with config.json (Hugging Face); "
                + "open_clip_model.safetensors with open_clip_config.json (open_clip); model.safetensors of a trained M²-CLIP with the "
                + "reference's tensor names, without a configuration.",
        };
        Option<string> run = new("--run") { Description = "Folder of the new run.", Required = true };
        Option<int> frames = new("--frames") { Description = "Frames per clip.", DefaultValueFactory = _ => 8 };
        Option<double> fps = new("--fps") { Description = "Sample rate of a clip in frames per second.", DefaultValueFactory = _ => 4 };
        Option<string?> labels = new("--labels")
        {
            Description = "Only for M²-CLIP weights: label table (id,name) of the classification head. Without it the head is left out.",
        };
        Option<string?> words = new("--words")
        {
            Description =
                "Only for M²-CLIP weights: words of the masked-language head, 'word number' lines. Without it the head is left out.",
        };
        Option<int?> textHeads = new("--text-heads")
        {
            Description = "Only for M²-CLIP weights: attention heads of the text transformer. Default: one per 64 channels.",
        };
        Command command = new("import-clip",
            "Import published weights of CLIP or of a trained M²-CLIP as a run. "
            + "'export' then makes an open-vocabulary bundle, without training.")
        {
            folder, run, frames, fps, labels, words, textHeads,
        };
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            using var held = RunLock.Take(result.GetValue(run)!, "import-clip");
            List<string> leftOut = [];
            var made = Import(result.GetValue(folder)!, result.GetValue(run)!, result.GetValue(frames), result.GetValue(fps),
                new(result.GetValue(labels), result.GetValue(words), result.GetValue(textHeads)), leftOut);
            foreach (var part in leftOut)
                AnsiConsole.MarkupLineInterpolated($"[yellow]{part}[/]");
            var count = M2ClipParameters.List(made.Config).Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b));
            RunMessages.Print($"Imported {count:N0} parameters. Next: export --run {result.GetValue(run)} --name clip --to models/clip");
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    /// <summary>Makes a run from published weights.</summary>
    /// <param name="folder">Folder of the published files.</param>
    /// <param name="run">Folder of the new run.</param>
    /// <param name="frames">Frames per clip, at least 1.</param>
    /// <param name="fps">Sample rate of a clip in frames per second, above 0.</param>
    /// <param name="metadata">Metadata for weights with M²-CLIP's tensor names; null for none.</param>
    /// <param name="leftOut">Receives a sentence for each part of the weights that is left out.</param>
    /// <exception cref="TrainerException">A file is missing or malformed, or the run already exists.</exception>
    /// <exception cref="CheckpointException">
    /// Tensors are missing, unexpected or have the wrong shape; the message lists them all.
    /// </exception>
    internal static RunFolder Import(
        string folder, string run, int frames, double fps, CheckpointMetadata? metadata = null, ICollection<string>? leftOut = null)
    {
        metadata ??= new();
        if (RunFolder.Exists(run))
            throw new TrainerException($"{run}: this folder already holds a run; choose another folder");
        if (frames < 1 || !(fps > 0))
            throw new TrainerException("--frames must be at least 1 and --fps above 0");
        var weightsPath = WeightFiles.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);
        var file = weightsPath is null ? null : SafetensorsFile.Open(weightsPath);
        // M²-CLIP's reference publishes no configuration file and always uses the same activation.
        var adapted = file is not null && M2ClipCheckpoint.IsNamed(file.Names);
        RequireFiles(folder, configuration: !adapted);
        if (!adapted && metadata != new CheckpointMetadata())
            throw new TrainerException(
                $"{weightsPath}: a plain CLIP; leave out --labels, --words and --text-heads, which apply to M²-CLIP weights only");
        var weights = ClipCheckpoint.Read(file!);
        var network = adapted
            ? metadata.Describe(weights, weightsPath!, leftOut ?? [])
            : new(ClipCheckpoint.Sizes(weights, weightsPath!), [], []);
        var config = network.Config with { Frames = frames };
        PublishedConfiguration.Check(folder, config, required: !adapted);
        var problems = config.Problems();
        if (problems.Count > 0)
            throw new TrainerException($"{weightsPath}: {string.Join("; ", problems)}");
        var tokenizer = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        var ids = TokenizerFiles.Load(tokenizer).Count;
        if (ids != config.VocabSize)
            throw new TrainerException($"{tokenizer.Item1}: the vocabulary has {ids} ids, but the weights have {config.VocabSize}; "
                + "take the vocabulary published with the weights");
        // CLIP gets fresh adapters; an M²-CLIP must bring all of its own.
        using var parameters = adapted
            ? TorchParameters.Load(config, weights, weightsPath!)
            : TorchParameters.Extend(config, weights, weightsPath!, seed: 1);
        using (no_grad())
            _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);   // makes every parameter
        var options = RunSettings.Defaults with
        {
            Steps = 0,
            OpenVocabulary = true,
            MadeBy = "import-clip",
            ImportedFrom = RunFolder.NameOf(folder),
        };
        var clip = new ClipSpec(frames, fps, config.ImageSize, ResizeRule.CenterCrop);
        return RunFolder.Import(run, network with { Config = config }, clip, options, tokenizer, parameters);
    }

    private static void RequireFiles(string folder, bool configuration)
    {
        IReadOnlyList<string>[] sets =
        [
            WeightFiles,
            .. configuration ? (IReadOnlyList<string>[])[PublishedConfiguration.Files] : [],
            .. TokenizerNames.Select(f => (IReadOnlyList<string>)[f]),
        ];
        string[] missing =
        [
            .. sets.Where(files => !files.Any(f => File.Exists(Path.Combine(folder, f)))).Select(files => string.Join(" or ", files)),
        ];
        if (missing.Length > 0)
            throw new TrainerException(
                $"{folder}: no {string.Join(", no ", missing)}; copy them from the model's folder on Hugging Face");
    }
}
