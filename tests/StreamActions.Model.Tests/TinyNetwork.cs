// A network small enough for unit tests.
namespace StreamActions.Model.Tests;

internal static class TinyNetwork
{
    public static M2ClipConfig Config { get; } = new()
    {
        ImageSize = 16,
        PatchSize = 8,
        VisionWidth = 64,
        VisionLayers = 2,
        EmbedDim = 32,
        VisionAdapterWidth = 8,
        VisionAdapterLayers = 2,
        VisionAdapterPreAttn = true,
        Frames = 3,
        TextWidth = 32,
        TextHeads = 2,
        TextLayers = 3,
        TextAdapterWidth = 8,
        TextAdapterLayers = 2,
        TextAdapterPreAttn = true,
        ContextLength = 8,
        VocabSize = 50,
        NumClasses = 5,
        MlmVocabSize = 7,
    };

    public static byte[] Frames(M2ClipConfig config, int clips, int seed = 2)
    {
        var frames = new byte[clips * config.Frames * config.ImageSize * config.ImageSize * 3];
        new Random(seed).NextBytes(frames);
        return frames;
    }

    /// <summary>Ids with the end token, the highest id, at different positions.</summary>
    public static long[] Tokens(M2ClipConfig config, int texts)
    {
        var ids = new long[texts * config.ContextLength];
        for (var n = 0; n < texts; n++)
        {
            var end = 2 + n % (config.ContextLength - 2);
            for (var s = 0; s < end; s++)
                ids[n * config.ContextLength + s] = 1 + (n * 7 + s * 3) % (config.VocabSize - 2);
            ids[n * config.ContextLength + end] = config.VocabSize - 1;
        }
        return ids;
    }
}
