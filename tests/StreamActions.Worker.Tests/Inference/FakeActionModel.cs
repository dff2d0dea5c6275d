// A fake model: the embedding of a window turns from "dark" to "bright" with the brightness of its last frame.
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

internal sealed class FakeActionModel : IActionModel, IWindowModel
{
    private int _runs;

    public FakeActionModel(int frames = 2)
        : this(new ClipSpec(frames, 4, 8, ResizeRule.Squash))
    {
    }

    public FakeActionModel(ClipSpec clip) => Manifest = Manifest with { Clip = clip };

    public ModelManifest Manifest { get; } = new()
    {
        SchemaVersion = ModelManifest.CurrentSchemaVersion,
        Name = "fake",
        Version = "1",
        Clip = new ClipSpec(2, 4, 8, ResizeRule.Squash),
        Temporal = TemporalMode.Bidirectional,
        EmbeddingWidth = 2,
        Scale = 10,
        ContextLength = 8,
        PromptTemplate = "{}",
        ClosedVocabulary = true,
        Labels = [],
        Golden = new(1e-3, 0),
        Files = new Dictionary<string, string>(),
    };

    public string Sha256 { get; } = new('a', 64);

    public string Device => "cpu";

    /// <summary>Called at each run, with its number from 1.</summary>
    public Action<int>? OnRun { get; init; }

    /// <summary>Called for each window; true makes its outputs NaN.</summary>
    public Func<FrameWindow, bool> IsBroken { get; init; } = _ => false;

    /// <summary>The embedded phrases, in order.</summary>
    public List<string> Embedded { get; } = [];

    public IVideoEncoder Encoder(EncoderSettings settings) => new WindowedEncoder(this, Manifest.Clip, settings);

    public IModelLane OpenLane(int maxBatch) => new Lane(this, maxBatch);

    private sealed class Lane(FakeActionModel model, int maxBatch) : IModelLane
    {
        private readonly float[] _embeddings = new float[maxBatch * 2];

        public BatchOutput Run(IReadOnlyList<FrameWindow> windows)
        {
            model.OnRun?.Invoke(Interlocked.Increment(ref model._runs));
            for (var i = 0; i < windows.Count; i++)
            {
                var angle = windows[i].Frames[^1].Pixels[0] / 255f * MathF.PI / 2;
                (_embeddings[2 * i], _embeddings[2 * i + 1]) =
                    model.IsBroken(windows[i]) ? (float.NaN, 0) : (MathF.Cos(angle), MathF.Sin(angle));
            }
            return new(_embeddings, default, 2, 0);
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Called before phrases are embedded.</summary>
    public Action? OnEmbed { get; init; }

    public IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases)
    {
        OnEmbed?.Invoke();
        Embedded.AddRange(phrases);
        return [.. phrases.Select(p => p.Contains("bright", StringComparison.OrdinalIgnoreCase) ? new float[] { 0, 1 } : [1, 0])];
    }

    public IReadOnlyList<string> UnknownWords(string phrase) => phrase.Contains("zebra", StringComparison.Ordinal) ? ["zebra"] : [];

    public bool IsCut(string phrase) => phrase.Length > 40;

    public void Dispose()
    {
    }
}
