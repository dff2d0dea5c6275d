// Everything that decides a run, kept in its folder so that a resumed run is the same run.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamActions.Trainer.Training;

/// <summary>A run's settings.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Steps in all.</summary>
    public required long Steps { get; init; }
    /// <summary>Clips in a step.</summary>
    public required int Batch { get; init; }
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
    /// <summary>Matrix products in bfloat16.</summary>
    public bool MixedPrecision { get; init; }
    /// <summary>Steps from one evaluation to the next.</summary>
    public long EvaluateEvery { get; init; } = 250;
    /// <summary>Steps from one checkpoint to the next.</summary>
    public long CheckpointEvery { get; init; } = 100;
    /// <summary>The sentence texts are put into, with one <c>{}</c>.</summary>
    public string PromptTemplate { get; init; } = "a video of {}";

    /// <summary>Where imported weights came from; null for a run that began at random.</summary>
    public string? ImportedFrom { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>From JSON.</summary>
    public static TrainingOptions Parse(string json) => JsonSerializer.Deserialize<TrainingOptions>(json, Json)!;
}
