// Everything that decides a run, kept in its folder so that a resumed run is the same run.
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;

namespace StreamActions.Trainer.Training;

/// <summary>Which parameters are trained.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainablePart>))]
internal enum TrainablePart
{
    /// <summary>All of them.</summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary>CLIP itself, in pretraining; adapters stay what they are at their start, the identity.</summary>
    [JsonStringEnumMemberName("backbone")]
    Backbone,

    /// <summary>Adapters and heads; CLIP stays frozen (docs/model.md §4).</summary>
    [JsonStringEnumMemberName("adapters")]
    Adapters,
}

/// <summary>Which parts of the TED-Adapters are trained; what is fresh and is not trained does nothing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TedParts>))]
internal enum TedParts
{
    /// <summary>Both.</summary>
    [JsonStringEnumMemberName("both")]
    Both,

    /// <summary>The global temporal enhancement alone.</summary>
    [JsonStringEnumMemberName("enhancement")]
    Enhancement,

    /// <summary>The local temporal difference alone.</summary>
    [JsonStringEnumMemberName("difference")]
    Difference,
}

/// <summary>A run's settings.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Steps in all.</summary>
    public required long Steps { get; init; }
    /// <summary>Clips that are compared with each other: in a step, or in each part of an accumulated step.</summary>
    public required int Batch { get; init; }
    /// <summary>Batches whose gradients make one step.</summary>
    public int Accumulate { get; init; } = 1;
    /// <summary>What is trained.</summary>
    public TrainablePart Train { get; init; }
    /// <summary>Where adapters were put when the run began; of a run that began at random, both.</summary>
    public AdapterPlaces Adapters { get; init; }
    /// <summary>True when vision blocks got adapters before attention too.</summary>
    public bool BeforeAttention { get; init; }
    /// <summary>Which parts of the TED-Adapters are trained.</summary>
    public TedParts Ted { get; init; }
    /// <summary>Weights of the four tasks.</summary>
    public LossWeights Losses { get; init; } = new();
    /// <summary>Where clips come from.</summary>
    public DataChoice Data { get; init; } = new();
    /// <summary>Evaluations without a better figure after which the run ends; 0 never ends it.</summary>
    public int Patience { get; init; }
    /// <summary>Highest learning rate.</summary>
    public required double Rate { get; init; }
    /// <summary>AdamW's weight decay, on matrices only.</summary>
    public double WeightDecay { get; init; } = 0.01;
    /// <summary>Steps of warm-up.</summary>
    public long WarmUp { get; init; } = 60;
    /// <summary>Largest norm of a step's gradient.</summary>
    public double GradientNorm { get; init; } = 1;
    /// <summary>Seed of the weights and the clips.</summary>
    public required ulong Seed { get; init; }
    /// <summary>Matrix products in bfloat16, where the device has them (<see cref="Network.Bfloat16"/>).</summary>
    public bool MixedPrecision { get; init; }
    /// <summary>Steps from one evaluation to the next.</summary>
    public long EvaluateEvery { get; init; } = 250;
    /// <summary>Steps from one checkpoint to the next.</summary>
    public long CheckpointEvery { get; init; } = 100;
    /// <summary>The sentence texts are put into, with one <c>{}</c>.</summary>
    public string PromptTemplate { get; init; } = "a video of {}";

    /// <summary>True when the vocabulary is CLIP's own, to which few words are unknown; false for one made from the run's texts.</summary>
    public bool OpenVocabulary { get; init; }

    /// <summary>Where imported weights came from; null for a run that began at random.</summary>
    public string? ImportedFrom { get; init; }

    /// <summary>The verb that made the run, where its data do not say; null then, and in runs of before this was kept.</summary>
    public string? MadeBy { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>Refuses settings that cannot be.</summary>
    /// <exception cref="TrainerException">Some cannot; all are listed.</exception>
    public void Check()
    {
        List<string> problems = [.. Losses.Problems()];
        void Require(bool holds, string problem) { if (!holds) problems.Add(problem); }
        Require(Steps >= 0, $"--steps {Steps} is below 0");
        Require(Batch >= 2, $"--batch {Batch} is below 2, and a clip must be compared with another");
        Require(Accumulate >= 1, $"--accumulate {Accumulate} is below 1");
        Require(Rate > 0 && double.IsFinite(Rate), "--rate is not above 0");
        Require(WarmUp >= 0, $"--warm-up {WarmUp} is below 0");
        Require(EvaluateEvery >= 1, $"--evaluate-every {EvaluateEvery} is below 1");
        Require(Patience >= 0, $"--patience {Patience} is below 0");
        if (problems.Count > 0)
            throw new TrainerException(string.Join("; ", problems));
    }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>From JSON; null for the text <c>null</c>.</summary>
    /// <exception cref="JsonException">It is not the JSON of settings.</exception>
    public static TrainingOptions? Parse(string json) => JsonSerializer.Deserialize<TrainingOptions>(json, Json);
}
