// All settings that change a run's result, stored in its folder so that a resumed run continues unchanged.
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamActions.Core.Bundles;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;

namespace StreamActions.Trainer.Training;

/// <summary>The trained parameters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainablePart>))]
internal enum TrainablePart
{
    /// <summary>All of them.</summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary>CLIP itself, in pretraining; adapters keep their initial values, which make them the identity.</summary>
    [JsonStringEnumMemberName("backbone")]
    Backbone,

    /// <summary>Adapters and heads; CLIP stays frozen (docs/model.md §4).</summary>
    [JsonStringEnumMemberName("adapters")]
    Adapters,

    /// <summary>The vision branch's adapters and the classification head; texts keep their embeddings.</summary>
    [JsonStringEnumMemberName("vision")]
    Vision,
}

/// <summary>The trained parts of the TED-Adapters. An untrained part of a fresh adapter has no effect.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TedParts>))]
internal enum TedParts
{
    /// <summary>Both.</summary>
    [JsonStringEnumMemberName("both")]
    Both,

    /// <summary>The global temporal enhancement only.</summary>
    [JsonStringEnumMemberName("enhancement")]
    Enhancement,

    /// <summary>The local temporal difference only.</summary>
    [JsonStringEnumMemberName("difference")]
    Difference,
}

/// <summary>A run's settings.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Total number of steps.</summary>
    public required long Steps { get; init; }
    /// <summary>Clips per batch, at least 2. The contrastive loss compares the clips of one batch.</summary>
    public required int Batch { get; init; }
    /// <summary>Batches per step, at least 1; their gradients are averaged.</summary>
    public int Accumulate { get; init; } = 1;
    /// <summary>The trained parameters.</summary>
    public TrainablePart Train { get; init; }
    /// <summary>Branches that got adapters when the run started; both for a run with random initial weights.</summary>
    public AdapterPlaces Adapters { get; init; }
    /// <summary>True when vision blocks got a second adapter, before attention.</summary>
    public bool BeforeAttention { get; init; }
    /// <summary>Which frames a frame of the network sees: all frames of the clip, or earlier frames only.</summary>
    public TemporalMode Temporal { get; init; }
    /// <summary>The trained parts of the TED-Adapters.</summary>
    public TedParts Ted { get; init; }
    /// <summary>Weights of the four losses.</summary>
    public LossWeights Losses { get; init; } = new();
    /// <summary>The data.</summary>
    public DataChoice Data { get; init; } = new();
    /// <summary>Evaluations without a better figure after which the run stops early; 0 switches early stopping off.</summary>
    public int Patience { get; init; }
    /// <summary>Peak learning rate.</summary>
    public required double Rate { get; init; }
    /// <summary>AdamW's weight decay, on matrices only.</summary>
    public double WeightDecay { get; init; } = 0.01;
    /// <summary>Warm-up steps, in which the learning rate rises.</summary>
    public long WarmUp { get; init; } = 60;
    /// <summary>Maximum norm of a step's gradient; a larger gradient is clipped to it.</summary>
    public double GradientNorm { get; init; } = 1;
    /// <summary>Random seed of weights and clips.</summary>
    public required ulong Seed { get; init; }
    /// <summary>True computes matrix products in bfloat16 where the device supports it (<see cref="Network.Bfloat16"/>).</summary>
    public bool MixedPrecision { get; init; }
    /// <summary>Steps between evaluations, at least 1.</summary>
    public long EvaluateEvery { get; init; } = 250;
    /// <summary>Steps between checkpoints.</summary>
    public long CheckpointEvery { get; init; } = 100;
    /// <summary>The prompt template: a sentence with one <c>{}</c> for the text.</summary>
    public string PromptTemplate { get; init; } = "a video of {}";

    /// <summary>True when the vocabulary is CLIP's; false when it was built from the run's own texts.</summary>
    public bool OpenVocabulary { get; init; }

    /// <summary>Name of the initial weights; null for a run with random initial weights.</summary>
    public string? ImportedFrom { get; init; }

    /// <summary>
    /// The verb that made the run; null when the data show it (<c>train</c> or <c>pretrain</c>), and for runs of older versions.
    /// </summary>
    public string? MadeBy { get; init; }

    /// <summary>The value of <see cref="MadeBy"/> of a run that converts a model; it has a teacher (<see cref="RunFolder"/>).</summary>
    public const string MadeByConvert = "convert";

    /// <summary>True for a run that imitates a teacher.</summary>
    [JsonIgnore]
    public bool IsConversion => MadeBy == MadeByConvert;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>Checks the settings.</summary>
    /// <exception cref="TrainerException">Some settings are invalid; the message lists them all.</exception>
    public void Check()
    {
        List<string> problems = [.. Losses.Problems(IsConversion)];
        void Require(bool holds, string problem) { if (!holds) problems.Add(problem); }
        Require(Steps >= 0, $"--steps {Steps} must be at least 0");
        Require(Batch >= 2, $"--batch {Batch} must be at least 2, because clips of a batch are compared with each other");
        Require(Accumulate >= 1, $"--accumulate {Accumulate} must be at least 1");
        Require(Rate > 0 && double.IsFinite(Rate), "--rate must be a finite number above 0");
        Require(WarmUp >= 0, $"--warm-up {WarmUp} must be at least 0");
        Require(EvaluateEvery >= 1, $"--evaluate-every {EvaluateEvery} must be at least 1");
        Require(Patience >= 0, $"--patience {Patience} must be at least 0");
        if (problems.Count > 0)
            throw new TrainerException(string.Join("; ", problems));
    }

    /// <summary>Serialises the settings as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Parses the JSON of settings; null for the text <c>null</c>.</summary>
    /// <exception cref="JsonException">The JSON is malformed or has unknown members.</exception>
    public static TrainingOptions? Parse(string json) => JsonSerializer.Deserialize<TrainingOptions>(json, Json);
}
