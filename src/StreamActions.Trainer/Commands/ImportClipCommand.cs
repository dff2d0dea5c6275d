// import-clip: published weights as a run that can be exported as it is, or trained.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Core.Clips;
using StreamActions.Model.Weights;
using StreamActions.Model;
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
            Description = "Folder with vocab.json, merges.txt and one of: Hugging Face's model.safetensors with config.json; "
                + "open_clip's open_clip_model.safetensors with open_clip_config.json; a trained M²-CLIP's model.safetensors, in the "
                + "reference's names, which needs no configuration.",
        };
        Option<string> run = new("--run") { Description = "Folder of the run to make.", Required = true };
        Option<int> frames = new("--frames") { Description = "Frames of a clip.", DefaultValueFactory = _ => 8 };
        Option<double> fps = new("--fps") { Description = "Frames a second at which a clip is sampled.", DefaultValueFactory = _ => 4 };
        Option<string?> labels = new("--labels")
        {
            Description = "For M²-CLIP's weights: label table (id,name) of their classification head. The head is left out unless given.",
        };
        Option<string?> words = new("--words")
        {
            Description =
                "For M²-CLIP's weights: words of their masked-language head, 'word number' a line. The head is left out unless given.",
        };
        Option<int?> textHeads = new("--text-heads")
        {
            Description = "For M²-CLIP's weights: heads of the text transformer; one a 64 channels unless given.",
        };
        Command command = new("import-clip",
            "Take the published weights of CLIP, or of a trained M²-CLIP: "
            + "'export' then makes a bundle that knows any phrase, with no training.")
        {
            folder, run, frames, fps, labels, words, textHeads,
        };
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            List<string> leftOut = [];
            var made = Import(result.GetValue(folder)!, result.GetValue(run)!, result.GetValue(frames), result.GetValue(fps),
                new(result.GetValue(labels), result.GetValue(words), result.GetValue(textHeads)), leftOut);
            foreach (var part in leftOut)
                AnsiConsole.MarkupLineInterpolated($"[yellow]{part}[/]");
            var count = M2ClipParameters.List(made.Config).Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b));
            RunMessages.Say($"Imported {count:N0} parameters. Next: export --run {result.GetValue(run)} --name clip --to models/clip");
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    /// <summary>Makes the run.</summary>
    /// <param name="folder">The published files.</param>
    /// <param name="run">Folder of the run.</param>
    /// <param name="frames">Frames of a clip.</param>
    /// <param name="fps">Frames a second at which a clip is sampled.</param>
    /// <param name="metadata">Metadata for weights in M²-CLIP's names; empty unless given.</param>
    /// <param name="leftOut">Gets a sentence for each part of the weights that is left out.</param>
    /// <exception cref="TrainerException">A file is missing or of another form, or the run is there already.</exception>
    /// <exception cref="CheckpointException">Tensors are missing, misshapen or have no place; all are listed.</exception>
    internal static RunFolder Import(
        string folder, string run, int frames, double fps, CheckpointMetadata? metadata = null, ICollection<string>? leftOut = null)
    {
        metadata ??= new();
        if (RunFolder.Exists(run))
            throw new TrainerException($"{run}: a run is here already; take another folder");
        if (frames < 1 || !(fps > 0))
            throw new TrainerException("--frames must be at least 1 and --fps above 0");
        var weightsPath = WeightFiles.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);
        var file = weightsPath is null ? null : SafetensorsFile.Open(weightsPath);
        // The reference of M²-CLIP publishes no configuration, and has one activation.
        var adapted = file is not null && M2ClipCheckpoint.IsNamed(file.Names);
        RequireFiles(folder, configuration: !adapted);
        if (!adapted && metadata != new CheckpointMetadata())
            throw new TrainerException(
                $"{weightsPath}: a plain CLIP; --labels, --words and --text-heads are for weights in M²-CLIP's names, so leave them out");
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
            throw new TrainerException($"{tokenizer.Item1}: has {ids} ids, and the weights have {config.VocabSize}");
        // CLIP gets fresh adapters; those of an M²-CLIP must all be there.
        using var parameters = adapted
            ? TorchParameters.Load(config, weights, weightsPath!)
            : TorchParameters.Extend(config, weights, weightsPath!, seed: 1);
        using (no_grad())
            _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);   // asks for every parameter
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
                $"{folder}: no {string.Join(", no ", missing)}; a CLIP model folder as published on Hugging Face has them");
    }
}
