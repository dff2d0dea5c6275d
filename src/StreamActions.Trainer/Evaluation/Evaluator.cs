// Evaluates a network on held-out clips.
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Evaluation;

/// <summary>
/// Evaluation on held-out clips: by similarity to the classes' phrases, by the classification head, and on time-order pairs with ordered
/// and shuffled frames. Clips with earlier frames are scored without and with them. Each phrase is encoded once for all sets. The views
/// of a clip are encoded once per set and freed with their batch.
/// </summary>
internal static class Evaluator
{
    /// <summary>Number of views or phrases per forward pass.</summary>
    private const int Batch = 32;
    private const int ShuffleSeed = 20240117;

    /// <summary>Evaluates on one set.</summary>
    /// <exception cref="TrainerException">The set has no clip.</exception>
    /// <exception cref="InvalidOperationException">The set is supervised and its classes are not the head's.</exception>
    public static SetReport Run(TorchNetwork network, EvaluationSet set) => Run(network, [set])[0];

    /// <summary>Evaluates on sets.</summary>
    /// <exception cref="TrainerException">A set has no clip.</exception>
    /// <exception cref="InvalidOperationException">A set is supervised and its classes are not the head's.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public static IReadOnlyList<SetReport> Run(
        TorchNetwork network, IReadOnlyList<EvaluationSet> sets, CancellationToken cancellation = default)
    {
        using var mode = no_grad();
        network.Training = false;
        string[] phrases = [.. sets.SelectMany(s => s.Classes).Select(c => c.Phrase).Distinct()];
        using var texts = EncodeTexts(network, phrases);
        return [.. sets.Select(set => Run(network, set, phrases, texts, cancellation))];
    }

    private static SetReport Run(TorchNetwork network, EvaluationSet set, string[] phrases, Tensor texts, CancellationToken cancellation)
    {
        var heads = network.Config.NumClasses;
        if (set.Supervised && heads > 0 && heads != set.Classes.Count)
            throw new InvalidOperationException($"the set {set.Name} has {set.Classes.Count} classes and the classification head {heads}");
        using var own = TextsOf(set, phrases, texts);
        ScoreTable? table = null;
        var random = new Random(ShuffleSeed);
        foreach (var clips in Groups(set.Clips))
        {
            cancellation.ThrowIfCancellationRequested();
            var earlier = EarlierFrames(network.Config, clips[0]);
            table ??= new(set.Name, set.Classes, earlier);
            var scores = ScoreViews(network, own, [.. clips.Select(c => Without(c.Views, earlier, network.Config))], set.Supervised);
            var warm = earlier == 0 ? null : ScoreViews(network, own, [.. clips.Select(c => c.Views)], set.Supervised);
            HeldOutClip[] reversible = [.. clips.Where(c => set.Classes[c.Label].Reverse is not null)];
            var shuffled = ScoreViews(
                network, own,
                [.. reversible.Select(c => Shuffled(Without(c.Views, earlier, network.Config), network.Config.Frames, random))],
                classify: false);
            var pair = 0;
            foreach (var (i, clip) in clips.Index())
                table.Add(clip.Label, scores[i], set.Classes[clip.Label].Reverse is null ? null : shuffled[pair++].Text, warm?[i]);
        }
        return (table ?? new(set.Name, set.Classes)).Report();
    }

    private static int EarlierFrames(M2ClipConfig config, HeldOutClip clip) =>
        clip.Views[0].Length / FrameBytes(config) - config.Frames;

    private static int FrameBytes(M2ClipConfig config) => config.ImageSize * config.ImageSize * 3;

    // The views alone, as at the start of a stream.
    private static IReadOnlyList<byte[]> Without(IReadOnlyList<byte[]> views, int earlier, M2ClipConfig config) =>
        earlier == 0 ? views : [.. views.Select(view => view[(earlier * FrameBytes(config))..])];

    // Groups clips until their views fill a batch.
    private static IEnumerable<IReadOnlyList<HeldOutClip>> Groups(IEnumerable<HeldOutClip> clips)
    {
        List<HeldOutClip> group = [];
        var views = 0;
        foreach (var clip in clips)
        {
            group.Add(clip);
            views += clip.Views.Count;
            if (views < Batch)
                continue;
            yield return group;
            (group, views) = ([], 0);
        }
        if (group.Count > 0)
            yield return group;
    }

    private static ClipScores[] ScoreViews(
        TorchNetwork network, Tensor texts, IReadOnlyList<IReadOnlyList<byte[]>> clips, bool classify)
    {
        List<float[]> similarity = [], logits = [];
        foreach (var views in clips.SelectMany(c => c).Chunk(Batch))
        {
            using var scope = NewDisposeScope();
            var (embedding, classes) = network.EncodeVideo(network.Pixels(views));
            similarity.AddRange(Rows(network.Network.LogitScale.exp() * matmul(embedding, texts.t())));
            if (classify && classes is not null)
                logits.AddRange(Rows(classes));
        }
        var scores = new ClipScores[clips.Count];
        for (int i = 0, at = 0; i < scores.Length; at += clips[i++].Count)
            scores[i] = new(Scores.OfViews(similarity.GetRange(at, clips[i].Count)),
                logits.Count == 0 ? null : Scores.OfViews(logits.GetRange(at, clips[i].Count)));
        return scores;
    }

    private static Tensor EncodeTexts(TorchNetwork network, string[] phrases)
    {
        using var scope = NewDisposeScope();
        return cat([.. phrases.Chunk(Batch).Select(p => network.EncodeText(network.Tokens(p)))]).MoveToOuterDisposeScope();
    }

    private static Tensor TextsOf(EvaluationSet set, string[] phrases, Tensor texts)
    {
        using var scope = NewDisposeScope();
        var places = phrases.Index().ToDictionary(p => p.Item, p => (long)p.Index);
        return texts.index_select(0, tensor(set.Classes.Select(c => places[c.Phrase]).ToArray(), device: texts.device))
            .MoveToOuterDisposeScope();
    }

    /// <summary>The rows of a matrix.</summary>
    public static float[][] Rows(Tensor matrix) => [.. TorchParameters.ToData(matrix).Values.Chunk((int)matrix.shape[1])];

    private static byte[][] Shuffled(IReadOnlyList<byte[]> views, int frames, Random random) => [.. views.Select(view =>
    {
        var frame = view.Length / frames;
        int[] order = [.. Enumerable.Range(0, frames)];
        random.Shuffle(order);
        var shuffled = new byte[view.Length];
        for (var t = 0; t < frames; t++)
            Array.Copy(view, order[t] * frame, shuffled, t * frame, frame);
        return shuffled;
    })];
}
