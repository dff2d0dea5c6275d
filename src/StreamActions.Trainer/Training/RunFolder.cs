// A run on disk: settings, vocabulary, classes, checkpoints.
using System.Text.Json;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Training;

/// <summary>The folder of a training run.</summary>
internal sealed class RunFolder
{
    private const string NetworkFile = "network.json", ClipFile = "clip.json", OptionsFile = "options.json", VocabularyFile = "vocab.json",
        MergesFile = "merges.txt",
        Restore = "restore the run from a copy, or start another in a new folder";
    private static readonly string[] Files = [NetworkFile, ClipFile, OptionsFile, VocabularyFile, MergesFile];
    private readonly string _root;
    private readonly TrainedNetwork _network;

    private RunFolder(string root, TrainedNetwork network, ClipSpec clip, TrainingOptions options)
    {
        (_root, _network, Clip, Options) = (root, network, clip, options);
        Checkpoints = new(root);
    }

    /// <summary>The network's sizes, and the names of its heads' rows.</summary>
    public TrainedNetwork Network => _network;

    /// <summary>Sizes of the network.</summary>
    public M2ClipConfig Config => _network.Config;

    /// <summary>Classes of its classification head, or those that its texts are tested on.</summary>
    public IReadOnlyList<ClipClass> Classes => _network.Classes;

    /// <summary>Words of its masked-language head.</summary>
    public IReadOnlyList<string> Words => _network.Words;

    /// <summary>The clips it is trained on.</summary>
    public ClipSpec Clip { get; }

    /// <summary>The run's settings.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Its checkpoints.</summary>
    public Checkpoints Checkpoints { get; }

    /// <summary>The tokenizer's files.</summary>
    public string VocabularyPath => In(VocabularyFile);

    /// <inheritdoc cref="VocabularyPath"/>
    public string MergesPath => In(MergesFile);

    /// <summary>What a folder is called, wherever it lies.</summary>
    public static string NameOf(string root) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));

    /// <summary>True when the folder holds a run.</summary>
    public static bool Exists(string root) => File.Exists(Path.Combine(root, OptionsFile));

    /// <summary>Starts a run at random weights: writes its settings and makes its vocabulary of the source's texts.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="config">Sizes; the vocabulary's is filled in, and the masked-language head's words where the losses want them.</param>
    /// <param name="clip">The clips.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="source">Its data.</param>
    /// <exception cref="TrainerException">The folder's place is taken by a file.</exception>
    public static RunFolder Create(string root, M2ClipConfig config, ClipSpec clip, TrainingOptions options, IClipSource source)
    {
        Make(root);
        var folder = new RunFolder(root, new(config, source.Classes, []), clip, options);
        var template = new PromptTemplate(options.PromptTemplate);
        VocabularyBuilder.Write(source.Texts.Select(template.Apply).Append(LabelWords.Mask), folder.VocabularyPath, folder.MergesPath);
        var words = config.MlmVocabSize > 0 ? LabelWords.Of(source.Texts, template).Words : [];
        folder = new(root, new(config with { VocabSize = folder.Tokenizer().Count, MlmVocabSize = words.Count }, source.Classes, words),
            clip, options);
        folder.WriteSettings();
        return folder;
    }

    /// <summary>Starts a run from weights that others made: what they are, their vocabulary, and a checkpoint at step 0.</summary>
    /// <exception cref="TrainerException">The folder's place is taken by a file.</exception>
    public static RunFolder Import(string root, TrainedNetwork network, ClipSpec clip, TrainingOptions options,
        (string Vocabulary, string Merges) tokenizer, TorchParameters parameters)
    {
        Make(root);
        var folder = new RunFolder(root, network, clip, options);
        File.Copy(tokenizer.Vocabulary, folder.VocabularyPath, overwrite: true);
        File.Copy(tokenizer.Merges, folder.MergesPath, overwrite: true);
        folder.Checkpoints.Save(0, parameters, saveOptimizer: null);
        folder.WriteSettings();
        return folder;
    }

    /// <summary>Starts a run from another run's or a bundle's weights, with heads for the source's classes and words.</summary>
    public static RunFolder From(string root, StartingPoint start, ClipSpec clip, TrainingOptions options, IClipSource source)
    {
        options = options with { PromptTemplate = start.PromptTemplate, OpenVocabulary = start.OpenVocabulary, ImportedFrom = start.Name };
        var words = options.Losses.Masked > 0 ? LabelWords.Of(source.Texts, new(start.PromptTemplate)).Words : [];
        if (words.Count > 0)
            LabelWords.Require(TokenizerFiles.Load(start.Tokenizer));
        // A head that nothing teaches would only say what it was made with; the classes stay, for their texts.
        var classes = options.Losses.Visual > 0 ? source.Classes : [];
        var (config, weights) = new ModelAdaptation(clip.Frames, options.Adapters, classes, words, options.BeforeAttention).Apply(start);
        using var parameters = TorchParameters.Extend(config, weights, start.Name, options.Seed);
        using (no_grad())
            _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);   // asks for every parameter
        return Import(root, new(config, source.Classes, config.MlmVocabSize > 0 ? words : []), clip, options, start.Tokenizer, parameters);
    }

    /// <summary>Opens an existing run.</summary>
    /// <exception cref="TrainerException">The folder is not a run, or a file of it is missing or not readable; names the file.</exception>
    public static RunFolder Open(string root)
    {
        if (File.Exists(root))
            throw new TrainerException($"{root}: this is a file; name the folder of a run");
        if (!Exists(root))
            throw new TrainerException($"{root}: no training run is here; start one with 'train --run {root}'");
        var missing = Files.Where(file => !File.Exists(Path.Combine(root, file))).ToList();
        if (missing.Count > 0)
            throw new TrainerException($"{root}: this run has no {string.Join(", no ", missing)}; {Restore}");
        return new(root, Read(root, NetworkFile, json => TrainedNetwork.Parse(json, Path.Combine(root, NetworkFile))),
            Read(root, ClipFile, ParseClip), Read(root, OptionsFile, ParseOptions));
    }

    private static ClipSpec? ParseClip(string json)
    {
        var clip = JsonSerializer.Deserialize<ClipSpec>(json, Checkpoints.EveryMember);
        return clip is null or { Frames: > 0, SampleFps: > 0, Size: > 0 }
            ? clip
            : throw new JsonException("frames, rate and size must be above 0");
    }

    private static TrainingOptions? ParseOptions(string json)
    {
        var options = TrainingOptions.Parse(json);
        try
        {
            _ = options is null ? null : new PromptTemplate(options.PromptTemplate);
            return options;
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static T Read<T>(string root, string file, Func<string, T?> parse) where T : class
    {
        try
        {
            return parse(File.ReadAllText(Path.Combine(root, file))) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{root}: its {file} is not readable ({e.Message}); {Restore}", e);
        }
    }

    // What CreateDirectory says of a file in its place is that it exists already.
    private static void Make(string root)
    {
        if (File.Exists(root))
            throw new TrainerException($"{root}: a file is here; name another folder for the run");
        Directory.CreateDirectory(root);
    }

    /// <summary>The same run with another length, which is kept.</summary>
    /// <exception cref="TrainerException">More steps than that are done already.</exception>
    public RunFolder WithSteps(long steps)
    {
        if (steps < LatestStep())
            throw new TrainerException($"{_root} has {LatestStep()} steps already; --steps cannot be less");
        var longer = new RunFolder(_root, _network, Clip, Options with { Steps = steps });
        longer.WriteOptions();
        return longer;
    }

    private void WriteSettings()
    {
        File.WriteAllText(In(NetworkFile), _network.ToJson());
        File.WriteAllText(In(ClipFile), JsonSerializer.Serialize(Clip));
        WriteOptions();   // last: their presence says that the rest is there
    }

    private void WriteOptions()
    {
        var temporary = In(OptionsFile + ".tmp");
        File.WriteAllText(temporary, Options.ToJson());
        File.Move(temporary, In(OptionsFile), overwrite: true);
    }

    /// <summary>The run's tokenizer.</summary>
    public ClipTokenizer Tokenizer() => TokenizerFiles.Load((VocabularyPath, MergesPath));

    /// <summary>Path of a file of the run.</summary>
    public string In(string file) => Path.Combine(_root, file);

    /// <summary>Steps done at the newest checkpoint; 0 when there is none.</summary>
    public long LatestStep() => Checkpoints.Latest()?.Step ?? 0;

    /// <summary>The network to train on: that of the newest checkpoint, or a fresh one.</summary>
    public TorchNetwork LoadNetwork(Device? device = null) => Load(Checkpoints.Latest(), device);

    /// <summary>
    /// The network to evaluate and export: that of the best checkpoint, of the newest one when none was evaluated, or a fresh one.
    /// </summary>
    public (TorchNetwork Network, long Step) LoadBest(Device? device = null) => (Load(BestOrLatest(), device), BestStep());

    /// <summary>Steps behind the network of <see cref="LoadBest"/>.</summary>
    public long BestStep() => BestOrLatest()?.Step ?? 0;

    /// <summary>The best checkpoint, the newest one when none was evaluated, or null before the first.</summary>
    public Checkpoint? BestOrLatest() => Checkpoints.Best() ?? Checkpoints.Latest();

    private TorchNetwork Load(Checkpoint? checkpoint, Device? device)
    {
        var parameters = checkpoint is null
            ? TorchParameters.Start(Options.Seed, device)
            : TorchParameters.Load(Config, checkpoint.Read(), checkpoint.Path, device);
        return new(Config, parameters, Tokenizer(), new(Options.PromptTemplate));
    }
}
