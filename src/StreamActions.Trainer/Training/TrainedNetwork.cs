// A network's sizes and the names of its heads' rows, as runs and bundles store them.
using System.Text.Json;
using StreamActions.Model;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Training;

/// <summary>The description of a network that its weights do not contain.</summary>
/// <param name="Config">Its sizes.</param>
/// <param name="Classes">The classes of its classification head, in the order of its rows.</param>
/// <param name="Words">The words of its masked-language head, in the order of its rows.</param>
internal sealed record TrainedNetwork(M2ClipConfig Config, IReadOnlyList<ClipClass> Classes, IReadOnlyList<string> Words)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>Serialises the description as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Parses the JSON of a description.</summary>
    /// <exception cref="TrainerException">The JSON is malformed or incomplete; the message names the file.</exception>
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
