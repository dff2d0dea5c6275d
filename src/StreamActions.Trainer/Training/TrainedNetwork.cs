// A network's sizes with the names of its heads' rows, as runs and bundles keep them.
using System.Text.Json;
using StreamActions.Model;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Training;

/// <summary>What a network's weights do not say themselves.</summary>
/// <param name="Config">Its sizes.</param>
/// <param name="Classes">The classes of its classification head, in its order.</param>
/// <param name="Words">The words of its masked-language head, in its order.</param>
internal sealed record TrainedNetwork(M2ClipConfig Config, IReadOnlyList<ClipClass> Classes, IReadOnlyList<string> Words)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>From JSON.</summary>
    /// <exception cref="TrainerException">Not of that form; names the file.</exception>
    public static TrainedNetwork Parse(string json, string file)
    {
        try
        {
            var network = JsonSerializer.Deserialize<TrainedNetwork>(json, Json) ?? throw new JsonException("empty");
            return network.Config is null || network.Classes is null || network.Words is null ? throw new JsonException("a part is missing")
                : network.Config.Problems() is { Count: > 0 } problems ? throw new JsonException(string.Join("; ", problems)) : network;
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{file}: not a readable network ({e.Message}); restore it from a copy", e);
        }
    }
}
