// Runs held-out clips through a network and counts.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Evaluation;

/// <summary>Evaluation on held-out clips.</summary>
internal static class Evaluator
{
    private const int Batch = 32;
    private const int ShuffleSeed = 20240117;

    /// <summary>Evaluates by similarity to the classes' phrases, by the classification head, and on time-order pairs with and without their order.</summary>
    public static EvaluationReport Run(TorchNetwork network, EvaluationSet set)
    {
        using var mode = no_grad();
        network.Training = false;
        var classes = set.Classes;
        using var texts = Scoped(() => network.EncodeText(network.Tokens([.. classes.Select(c => c.Phrase)])));
        int clips = 0, text = 0, head = 0, pairs = 0, ordered = 0, shuffled = 0;
        var hits = new int[classes.Count];
        var seen = new int[classes.Count];
        var random = new Random(ShuffleSeed);
        foreach (var batch in set.Clips.Chunk(Batch))
        {
            var (similarity, logits) = Scores(network, texts, [.. batch.Select(c => c.Views[0])]);
            var (withoutOrder, _) = Scores(network, texts, [.. batch.Select(c => Shuffle(c.Views[0], network.Config.Frames, random))]);
            for (var i = 0; i < batch.Length; i++)
            {
                var label = batch[i].Label;
                clips++;
                seen[label]++;
                if (Best(similarity[i]) == label)
                {
                    text++;
                    hits[label]++;
                }
                if (logits is not null && Best(logits[i]) == label)
                    head++;
                if (classes[label].Reverse is { } reverse)
                {
                    pairs++;
                    if (similarity[i][label] > similarity[i][reverse])
                        ordered++;
                    if (withoutOrder[i][label] > withoutOrder[i][reverse])
                        shuffled++;
                }
            }
        }
        return new(clips, (double)text / clips, set.Supervised && network.Config.NumClasses > 0 ? (double)head / clips : null,
            pairs == 0 ? double.NaN : (double)ordered / pairs, pairs == 0 ? double.NaN : (double)shuffled / pairs,
            classes.Select((c, i) => (c.Name, Share: seen[i] == 0 ? 0 : (double)hits[i] / seen[i])).ToDictionary(c => c.Name, c => c.Share));
    }

    private static (float[][] Similarity, float[][]? Logits) Scores(TorchNetwork network, Tensor texts, byte[][] clips)
    {
        using var scope = NewDisposeScope();
        var (embedding, logits) = network.EncodeVideo(network.Pixels(clips));
        return (Rows(matmul(embedding, texts.t())), logits is null ? null : Rows(logits));
    }

    /// <summary>A matrix as rows.</summary>
    public static float[][] Rows(Tensor matrix) => [.. TorchParameters.ToData(matrix).Values.Chunk((int)matrix.shape[1])];

    private static byte[] Shuffle(byte[] clip, int frames, Random random)
    {
        var frame = clip.Length / frames;
        int[] order = [.. Enumerable.Range(0, frames)];
        random.Shuffle(order);
        var shuffled = new byte[clip.Length];
        for (var t = 0; t < frames; t++)
            Array.Copy(clip, order[t] * frame, shuffled, t * frame, frame);
        return shuffled;
    }

    private static int Best(float[] scores) => Array.IndexOf(scores, scores.Max());

    private static Tensor Scoped(Func<Tensor> compute)
    {
        using var scope = NewDisposeScope();
        return compute().MoveToOuterDisposeScope();
    }
}
