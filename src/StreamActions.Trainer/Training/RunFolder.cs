// A training run on disk: settings, vocabulary, classes and checkpoints.
using System.Text.Json;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Training;

/// <summary>The folder of a training run.</summary>
internal sealed class RunFolder
{
    private const string NetworkFile = "network.json", ClipFile = "clip.json", OptionsFile = "options.json", VocabularyFile = "vocab.json",
        MergesFile = "merges.txt", TeacherFolder = "teacher",
        Restore = "restore the run from a copy, or start another in a new folder";
    private static readonly string[] Files = [NetworkFile, ClipFile, OptionsFile, VocabularyFile, MergesFile];
    private readonly string _root;
    private readonly TrainedNetwork _network;

    private RunFolder(string root, TrainedNetwork network, ClipSpec clip, TrainingOptions options)
    {
        (_root, _network, Clip, Options) = (root, network, clip, options);
        Checkpoints = new(root);
    }

    /// <summary>The network's sizes and the names of its heads' rows.</summary>
    public TrainedNetwork Network => _network;

    /// <summary>Sizes of the network.</summary>
    public M2ClipConfig Config => _network.Config;

    /// <summary>Classes of the classification head or, without one, of the data.</summary>
    public IReadOnlyList<ClipClass> Classes => _network.Classes;

    /// <summary>Words of the masked-language head; empty without one.</summary>
    public IReadOnlyList<string> Words => _network.Words;

    /// <summary>Size and timing of the clips.</summary>
    public ClipSpec Clip { get; }

    /// <summary>The run's settings.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The run's checkpoints.</summary>
    public Checkpoints Checkpoints { get; }

    /// <summary>Path of a tokenizer file.</summary>
    public string VocabularyPath => In(VocabularyFile);

    /// <inheritdoc cref="VocabularyPath"/>
    public string MergesPath => In(MergesFile);

    /// <summary>The last part of a folder's path.</summary>
    public static string NameOf(string root) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));

    /// <summary>True when the folder holds a run.</summary>
    public static bool Exists(string root) => File.Exists(Path.Combine(root, OptionsFile));

    /// <summary>Starts a run with random weights. Writes its settings and builds its vocabulary from the source's texts.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="config">Sizes; this method fills in the size of the vocabulary and the words of a masked-language head.</param>
    /// <param name="clip">Size and timing of the clips.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="source">The run's data.</param>
    /// <exception cref="TrainerException">The path is a file.</exception>
    public static RunFolder Create(string root, M2ClipConfig config, ClipSpec clip, TrainingOptions options, IClipSource source)
    {
        CreateFolder(root);
        var folder = new RunFolder(root, new(config, source.Classes, []), clip, options);
        var template = new PromptTemplate(options.PromptTemplate);
        VocabularyBuilder.Write(source.Texts.Select(template.Apply).Append(LabelWords.Mask), folder.VocabularyPath, folder.MergesPath);
        var words = config.MlmVocabSize > 0 ? LabelWords.Of(source.Texts, template).Words : [];
        folder = new(root, new(config with { VocabSize = folder.Tokenizer().Count, MlmVocabSize = words.Count }, source.Classes, words),
            clip, options);
        folder.WriteSettings();
        return folder;
    }

    /// <summary>Starts a run from existing weights. Writes its settings, their vocabulary and a checkpoint at step 0.</summary>
    /// <exception cref="TrainerException">The path is a file.</exception>
    public static RunFolder Import(string root, TrainedNetwork network, ClipSpec clip, TrainingOptions options,
        (string Vocabulary, string Merges) tokenizer, TorchParameters parameters)
    {
        CreateFolder(root);
        var folder = new RunFolder(root, network, clip, options);
        File.Copy(tokenizer.Vocabulary, folder.VocabularyPath, overwrite: true);
        File.Copy(tokenizer.Merges, folder.MergesPath, overwrite: true);
        folder.Checkpoints.Save(0, parameters, saveOptimizer: null);
        folder.WriteSettings();
        return folder;
    }

    /// <summary>Starts a run from the weights of another run or a bundle, with heads for the source's classes and words.</summary>
    /// <exception cref="TrainerException">
    /// The path is a file; the vocabulary has no mask token but words are to be masked; or the network is to be causal but has no vision
    /// adapters.
    /// </exception>
    public static RunFolder From(string root, StartingPoint start, ClipSpec clip, TrainingOptions options, IClipSource source)
    {
        options = options with { PromptTemplate = start.PromptTemplate, OpenVocabulary = start.OpenVocabulary, ImportedFrom = start.Name };
        var words = options.Losses.Masked > 0 ? LabelWords.Of(source.Texts, new(start.PromptTemplate)).Words : [];
        if (words.Count > 0)
            LabelWords.Require(TokenizerFiles.Load(start.Tokenizer));
        // Without the visual loss the head would stay untrained, so it is left out. The run keeps the classes for their texts.
        var classes = options.Losses.Visual > 0 ? source.Classes : [];
        var (config, weights) = new ModelAdaptation(clip.Frames, options.Adapters, classes, words, options.BeforeAttention)
        {
            Temporal = options.Temporal,
        }.Apply(start);
        if (config is { Temporal: TemporalMode.Causal, VisionAdapterLayers: 0 })
            throw new TrainerException(
                "--temporal causal: this network has no adapters in its vision branch, so its frames do not see each other; leave it out");
        using var parameters = TorchParameters.Extend(config, weights, start.Name, options.Seed);
        using (no_grad())
            _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);   // makes every parameter
        return Import(root, new(config, source.Classes, config.MlmVocabSize > 0 ? words : []), clip, options, start.Tokenizer, parameters);
    }

    /// <summary>
    /// Starts a run that converts a bidirectional network to a causal one. The run keeps the network as its teacher.
    /// </summary>
    /// <param name="root">The folder.</param>
    /// <param name="start">The bidirectional network.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="classes">The classes of the classification head or, without one, of the data.</param>
    /// <exception cref="TrainerException">The path is a file.</exception>
    public static RunFolder Convert(string root, StartingPoint start, TrainingOptions options, IReadOnlyList<ClipClass> classes)
    {
        options = options with
        {
            PromptTemplate = start.PromptTemplate,
            OpenVocabulary = start.OpenVocabulary,
            ImportedFrom = start.Name,
            MadeBy = TrainingOptions.MadeByConvert,
        };
        CreateFolder(root);
        CreateFolder(Path.Combine(root, TeacherFolder));
        SafetensorsFile.Write(Path.Combine(root, TeacherFolder, Checkpoints.WeightsFile), start.Weights);
        var config = start.Config with { Temporal = options.Temporal };
        using var parameters = TorchParameters.Load(config, start.Weights, start.Name);
        using (no_grad())
            _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);   // makes every parameter
        return Import(root, new(config, classes, start.Words), start.Clip, options, start.Tokenizer, parameters);
    }

    /// <summary>Opens an existing run.</summary>
    /// <exception cref="TrainerException">
    /// The folder is not a run, or one of its files is missing or not readable; the message names the file.
    /// </exception>
    public static RunFolder Open(string root)
    {
        if (File.Exists(root))
            throw new TrainerException($"{root}: this is a file; name the folder of a run");
        if (!Exists(root))
            throw new TrainerException($"{root}: no training run in this folder; start one with 'train --run {root}'");
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
            return parse(TextFile.Read(Path.Combine(root, file))) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{root}: its {file} is not readable ({e.Message}); {Restore}", e);
        }
    }

    /// <summary>Makes the folder of a run if it is missing.</summary>
    /// <exception cref="TrainerException">The path is a file. CreateDirectory's own error would not name the cause.</exception>
    internal static void CreateFolder(string root)
    {
        if (File.Exists(root))
            throw new TrainerException($"{root}: a file is here; name another folder for the run");
        Directory.CreateDirectory(root);
    }

    /// <summary>Changes the run's number of steps, and saves it.</summary>
    /// <exception cref="TrainerException">The run has already done more steps.</exception>
    public RunFolder WithSteps(long steps)
    {
        if (steps < LatestStep())
            throw new TrainerException($"{_root}: --steps {steps} is too small; the run has done {LatestStep()} steps already");
        var changed = new RunFolder(_root, _network, Clip, Options with { Steps = steps });
        changed.WriteOptions();
        return changed;
    }

    private void WriteSettings()
    {
        File.WriteAllText(In(NetworkFile), _network.ToJson());
        File.WriteAllText(In(ClipFile), JsonSerializer.Serialize(Clip));
        WriteOptions();   // last, because the options file marks the run as complete
    }

    private void WriteOptions()
    {
        var temporary = In(OptionsFile + ".tmp");
        File.WriteAllText(temporary, Options.ToJson());
        File.Move(temporary, In(OptionsFile), overwrite: true);
    }

    /// <summary>The run's tokenizer.</summary>
    public ClipTokenizer Tokenizer() => TokenizerFiles.Load((VocabularyPath, MergesPath));

    /// <summary>Path of a file in the run's folder.</summary>
    public string In(string file) => Path.Combine(_root, file);

    /// <summary>Steps done at the newest checkpoint; 0 before the first.</summary>
    public long LatestStep() => Checkpoints.Latest()?.Step ?? 0;

    /// <summary>Loads the network to train: that of the newest checkpoint, or a fresh one.</summary>
    public TorchNetwork LoadNetwork(Device? device = null) => Load(Checkpoints.Latest(), device);

    /// <summary>
    /// Loads the network to evaluate or export: that of the best checkpoint, of the newest one before the first evaluation, or a fresh one.
    /// </summary>
    public (TorchNetwork Network, long Step) LoadBest(Device? device = null) => (Load(BestOrLatest(), device), BestStep());

    /// <summary>Loads the bidirectional network that a conversion imitates; null for other runs.</summary>
    /// <exception cref="TrainerException">The run is a conversion, and its teacher is missing.</exception>
    public TorchNetwork? LoadTeacher(Device? device = null) =>
        Options.IsConversion ? LoadTeacher(Config with { Temporal = TemporalMode.Bidirectional }, device) : null;

    /// <summary>Loads the teacher's weights into the causal network: what a change of the mode without training gives.</summary>
    /// <exception cref="TrainerException">The run has no teacher.</exception>
    public TorchNetwork LoadSwitched(Device? device = null) => LoadTeacher(Config, device);

    private TorchNetwork LoadTeacher(M2ClipConfig config, Device? device)
    {
        var file = Path.Combine(In(TeacherFolder), Checkpoints.WeightsFile);
        if (!File.Exists(file))
            throw new TrainerException($"{_root}: this run has no {TeacherFolder}/{Checkpoints.WeightsFile}; {Restore}");
        var parameters = TorchParameters.Load(config, SafetensorsFile.Open(file).ReadAll(), file, device);
        return new(config, parameters, Tokenizer(), new(Options.PromptTemplate)) { MixedPrecision = Options.MixedPrecision };
    }

    /// <summary>Steps done at the checkpoint that <see cref="LoadBest"/> loads; 0 before the first.</summary>
    public long BestStep() => BestOrLatest()?.Step ?? 0;

    /// <summary>The best checkpoint, the newest one before the first evaluation, or null before the first checkpoint.</summary>
    public Checkpoint? BestOrLatest() => Checkpoints.Best() ?? Checkpoints.Latest();

    private TorchNetwork Load(Checkpoint? checkpoint, Device? device)
    {
        var parameters = checkpoint is null
            ? TorchParameters.Start(Options.Seed, device)
            : TorchParameters.Load(Config, checkpoint.Read(), checkpoint.Path, device);
        return new(Config, parameters, Tokenizer(), new(Options.PromptTemplate));
    }
}
