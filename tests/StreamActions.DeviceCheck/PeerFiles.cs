// The same network for other runtimes: weights, sizes, golden clips and their outputs (pytorch_peer.py reads them).
using System.Text.Json;
using StreamActions.Core.Bundles;
using StreamActions.Model.Weights;

namespace StreamActions.DeviceCheck;

/// <summary>Writes the files.</summary>
internal static class PeerFiles
{
    /// <summary>Writes the weights of the vision branch, sizes, and the golden clips with their outputs into a folder.</summary>
    public static void Write(string folder, RandomClipBundle network)
    {
        Directory.CreateDirectory(folder);
        SafetensorsFile.Write(
            Path.Combine(folder, "weights.safetensors"),
            network.Weights.Where(w => w.Key.StartsWith("visual.", StringComparison.Ordinal))
                .ToDictionary(w => w.Key, w => w.Value, StringComparer.Ordinal));
        var (config, golden) = (network.Config, GoldenClips.Read(network.Bundle));
        File.WriteAllBytes(Path.Combine(folder, "clips.u8"), golden.Clips);
        File.WriteAllText(Path.Combine(folder, "peer.json"), JsonSerializer.Serialize(new
        {
            size = config.ImageSize,
            patch = config.PatchSize,
            width = config.VisionWidth,
            layers = config.VisionLayers,
            heads = config.VisionHeads,
            adapterWidth = config.VisionAdapterWidth,
            embed = config.EmbedDim,
            frames = config.Frames,
            clips = golden.VideoEmbeddings.Count,
            embeddings = golden.VideoEmbeddings,
        }));
    }
}
