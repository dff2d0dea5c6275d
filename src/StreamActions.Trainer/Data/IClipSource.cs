// Where clips come from: for training by index, for evaluation in sets with the texts to choose from.
namespace StreamActions.Trainer.Data;

/// <summary>A class.</summary>
/// <param name="Name">Its label, such as <c>sits_down</c>.</param>
/// <param name="Phrase">The phrase that stands for it, before the prompt template.</param>
/// <param name="Reverse">Index of the class that is this one played backwards, or null.</param>
internal sealed record ClipClass(string Name, string Phrase, int? Reverse);

/// <summary>A clip for evaluation.</summary>
/// <param name="Views">Its views (moments and crops), uint8 RGB [T, S, S, 3] each; one at least. Scores are averaged over them, after
/// softmax.</param>
/// <param name="Label">Index of its class in its set.</param>
internal sealed record HeldOutClip(IReadOnlyList<byte[]> Views, int Label);

/// <summary>Clips that were never trained on, and the classes to choose from.</summary>
/// <param name="Name">What it tests, such as <c>base-compositions</c>.</param>
/// <param name="Classes">What a clip may be.</param>
/// <param name="Supervised">True when the classes are those of the classification head, in its order; else the texts alone decide.</param>
/// <param name="Clips">The clips; made or decoded while they are read.</param>
internal sealed record EvaluationSet(string Name, IReadOnlyList<ClipClass> Classes, bool Supervised, IEnumerable<HeldOutClip> Clips);

/// <summary>Clips for a run.</summary>
internal interface IClipSource
{
    /// <summary>The classes.</summary>
    IReadOnlyList<ClipClass> Classes { get; }

    /// <summary>
    /// Classes that no training clip is of, by index: their texts are never true in training, and as wrong answers they would be unlearnt
    /// (docs/model.md §9).
    /// </summary>
    IReadOnlySet<int> Untrained => new HashSet<int>();

    /// <summary>Every text that may occur, for the vocabulary.</summary>
    IEnumerable<string> Texts { get; }

    /// <summary>The training clip of an index: the same index gives the same clip, on any thread.</summary>
    TrainingClip Training(long index);

    /// <summary>The sets to evaluate on; first the one over <see cref="Classes"/>. None of their clips is ever a training clip.</summary>
    /// <param name="perClass">Most clips a class.</param>
    IReadOnlyList<EvaluationSet> Evaluation(int perClass);

    /// <summary>Training clips in an epoch; null when there is no end of them.</summary>
    long? ClipsInEpoch => null;

    /// <summary>What is odd about the data but no problem, in words.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>
    /// Recordings that could not be used so far, each once: what a run ends by saying. Clips that are generated have none.
    /// </summary>
    IReadOnlyList<SkippedRecording> Skipped => [];
}
