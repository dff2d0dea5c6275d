// The source of clips: training clips by index, and evaluation sets with their candidate classes.
namespace StreamActions.Trainer.Data;

/// <summary>A class.</summary>
/// <param name="Name">Its label, such as <c>sits_down</c>.</param>
/// <param name="Phrase">The phrase that represents it, before the prompt template.</param>
/// <param name="Reverse">Index of the class that shows this one played backwards, or null.</param>
internal sealed record ClipClass(string Name, string Phrase, int? Reverse);

/// <summary>A clip for evaluation.</summary>
/// <param name="Views">
/// Its views (moments × crops), at least one, uint8 RGB [T, S, S, 3] each, with the earlier frames before them. Scores are averaged over
/// the views after softmax.
/// </param>
/// <param name="Label">Index of its class in its set.</param>
internal sealed record HeldOutClip(IReadOnlyList<byte[]> Views, int Label);

/// <summary>Held-out clips and their candidate classes.</summary>
/// <param name="Name">Name of the set, such as <c>base-compositions</c>.</param>
/// <param name="Classes">The candidate classes.</param>
/// <param name="Supervised">
/// True when the classes are those of the classification head, in its order; else clips are classified by text alone.
/// </param>
/// <param name="Clips">The clips; they are generated or decoded during enumeration.</param>
internal sealed record EvaluationSet(string Name, IReadOnlyList<ClipClass> Classes, bool Supervised, IEnumerable<HeldOutClip> Clips);

/// <summary>The clips of a run.</summary>
internal interface IClipSource
{
    /// <summary>The classes.</summary>
    IReadOnlyList<ClipClass> Classes { get; }

    /// <summary>
    /// Indices of the classes without a training clip. Their texts are never right answers in training. As wrong answers they would be
    /// unlearnt, so the losses leave them out (docs/model.md §9).
    /// </summary>
    IReadOnlySet<int> Untrained => new HashSet<int>();

    /// <summary>All texts that may occur, for the vocabulary.</summary>
    IEnumerable<string> Texts { get; }

    /// <summary>The training clip at an index. The same index gives the same clip on any thread.</summary>
    /// <param name="index">Index from 0.</param>
    /// <param name="earlier">
    /// Number of frames of the same scene or recording to add before the clip, for the warm-up of a causal network. A recording that has
    /// fewer repeats its first frame.
    /// </param>
    TrainingClip Training(long index, int earlier = 0);

    /// <summary>The evaluation sets, first the one over <see cref="Classes"/>. Their clips are never training clips.</summary>
    /// <param name="perClass">Maximum number of clips per class.</param>
    /// <param name="earlier">Number of frames to add before each clip, as for <see cref="Training"/>.</param>
    IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0);

    /// <summary>Training clips per epoch; null for an endless source.</summary>
    long? ClipsInEpoch => null;

    /// <summary>Warnings about the data, as sentences for the user.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>
    /// The recordings skipped so far, each once; the verbs print them at the end. Empty for generated clips.
    /// </summary>
    IReadOnlyList<SkippedRecording> Skipped => [];
}
