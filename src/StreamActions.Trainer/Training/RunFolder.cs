// A run on disk: settings, vocabulary, and checkpoints that are whole or not there.
using System.Globalization;
using System.Text.Json;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;

namespace StreamActions.Trainer.Training;

/// <summary>The folder of a training run.</summary>
internal sealed class RunFolder
{
    private const string CheckpointPrefix = "step-";
    private readonly string _root;

    private RunFolder(string root, M2ClipConfig config, ClipSpec clip, TrainingOptions options) =>
        (_root, Config, Clip, Options) = (root, config, clip, options);

    /// <summary>Sizes of the network.</summary>
    public M2ClipConfig Config { get; }

    /// <summary>The clips it is trained on.</summary>
    public ClipSpec Clip { get; }

    /// <summary>The run's settings.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The tokenizer's files.</summary>
    public string VocabularyPath => In("vocab.json");

    /// <inheritdoc cref="VocabularyPath"/>
    public string MergesPath => In("merges.txt");

    /// <summary>True when the folder holds a run.</summary>
    public static bool Exists(string root) => File.Exists(Path.Combine(root, "options.json"));

    /// <summary>Starts a run: writes its settings and makes its vocabulary.</summary>
    public static RunFolder Create(string root, M2ClipConfig config, ClipSpec clip, TrainingOptions options, IEnumerable<string> texts)
    {
        Directory.CreateDirectory(root);
        var folder = new RunFolder(root, config, clip, options);
        var template = new PromptTemplate(options.PromptTemplate);
        VocabularyBuilder.Write(texts.Select(template.Apply), folder.VocabularyPath, folder.MergesPath);
        folder = new(root, config with { VocabSize = folder.Tokenizer().Count }, clip, options);
        folder.WriteSettings();
        return folder;
    }

    /// <summary>Starts a run from weights that others made: what they are, their vocabulary, and a checkpoint at step 0.</summary>
    public static RunFolder Import(string root, M2ClipConfig config, ClipSpec clip, TrainingOptions options, (string Vocabulary, string Merges) tokenizer, TorchParameters parameters)
    {
        Directory.CreateDirectory(root);
        var folder = new RunFolder(root, config, clip, options);
        File.Copy(tokenizer.Vocabulary, folder.VocabularyPath, overwrite: true);
        File.Copy(tokenizer.Merges, folder.MergesPath, overwrite: true);
        folder.Save(0, parameters, saveOptimizer: null);
        folder.WriteSettings();
        return folder;
    }

    /// <summary>Opens an existing run.</summary>
    /// <exception cref="FormatException">The folder is not a run, or not readable.</exception>
    public static RunFolder Open(string root)
    {
        if (!Exists(root))
            throw new FormatException($"{root}: no training run is here; start one with 'train --run {root}'");
        var config = M2ClipConfig.Parse(File.ReadAllText(Path.Combine(root, "config.json")), Path.Combine(root, "config.json"));
        try
        {
            var clip = JsonSerializer.Deserialize<ClipSpec>(File.ReadAllText(Path.Combine(root, "clip.json")))!;
            return new(root, config, clip, TrainingOptions.Parse(File.ReadAllText(Path.Combine(root, "options.json"))));
        }
        catch (JsonException e)
        {
            throw new FormatException($"{root}: its settings are not readable ({e.Message})", e);
        }
    }

    /// <summary>The same run with another length, which is kept.</summary>
    /// <exception cref="InvalidOperationException">More steps than that are done already.</exception>
    public RunFolder WithSteps(long steps)
    {
        if (steps < LatestStep())
            throw new InvalidOperationException($"{_root} has {LatestStep()} steps already; --steps cannot be less");
        var longer = new RunFolder(_root, Config, Clip, Options with { Steps = steps });
        longer.WriteOptions();
        return longer;
    }

    private void WriteSettings()
    {
        File.WriteAllText(In("config.json"), Config.ToJson());
        File.WriteAllText(In("clip.json"), JsonSerializer.Serialize(Clip));
        WriteOptions();   // last: their presence says that the rest is there
    }

    private void WriteOptions()
    {
        var temporary = In("options.json.tmp");
        File.WriteAllText(temporary, Options.ToJson());
        File.Move(temporary, In("options.json"), overwrite: true);
    }

    /// <summary>The run's tokenizer.</summary>
    public ClipTokenizer Tokenizer() => ClipTokenizer.Load(VocabularyPath, MergesPath);

    /// <summary>Path of a file of the run.</summary>
    public string In(string file) => Path.Combine(_root, file);

    /// <summary>Steps done at the newest checkpoint; 0 when there is none.</summary>
    public long LatestStep() => Checkpoints().Select(c => c.Step).DefaultIfEmpty(0).Max();

    /// <summary>The network of the newest checkpoint, or a fresh one.</summary>
    public TorchNetwork LoadNetwork()
    {
        var latest = Latest();
        var parameters = latest is null
            ? TorchParameters.Start(Options.Seed)
            : TorchParameters.Load(Config, SafetensorsFile.Open(Path.Combine(latest, "weights.safetensors")).ReadAll(), latest);
        return new(Config, parameters, Tokenizer(), new(Options.PromptTemplate));
    }

    /// <summary>Path of the newest checkpoint's optimiser state; null when there is none, as in imported weights.</summary>
    public string? LatestOptimizer() => Latest() is { } path && Path.Combine(path, "optimizer.bin") is var file && File.Exists(file) ? file : null;

    /// <summary>Writes a checkpoint into a new folder, which gets its name when it is whole; then removes older ones.</summary>
    public void Save(long step, TorchParameters parameters, Action<string>? saveOptimizer)
    {
        var final = In($"{CheckpointPrefix}{step.ToString("D8", CultureInfo.InvariantCulture)}");
        var temporary = final + ".tmp";
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        Directory.CreateDirectory(temporary);
        SafetensorsFile.Write(Path.Combine(temporary, "weights.safetensors"), parameters.Export());
        saveOptimizer?.Invoke(Path.Combine(temporary, "optimizer.bin"));
        if (Directory.Exists(final))
            Directory.Delete(final, recursive: true);
        Directory.Move(temporary, final);
        foreach (var (path, _) in Checkpoints().Where(c => c.Step < step))
            Directory.Delete(path, recursive: true);
    }

    private string? Latest() => Checkpoints().Select(c => c.Path).Max(StringComparer.Ordinal);   // numbers have leading zeros

    private IEnumerable<(string Path, long Step)> Checkpoints() =>
        from path in Directory.GetDirectories(_root, CheckpointPrefix + "*")
        let number = Path.GetFileName(path)[CheckpointPrefix.Length..]
        where long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select (path, long.Parse(number, CultureInfo.InvariantCulture));
}
