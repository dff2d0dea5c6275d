// Options for the weights of the four tasks.
using System.CommandLine;
using StreamActions.Trainer.Losses;

namespace StreamActions.Trainer.Commands;

/// <summary>Weights on the command line; 0 switches a task off.</summary>
internal sealed class LossOptions
{
    private static readonly LossWeights Default = new();

    private readonly Option<double> _contrastive = Weight("--contrastive", "video against text over the batch", Default.Contrastive),
        _crossModal = Weight("--cross-modal", "video against the text of every class", Default.CrossModal),
        _visual = Weight("--visual", "the classification head", Default.Visual),
        _masked = Weight("--masked", "masked label words, guessed from the frames", Default.Masked);

    private readonly Option<bool> _reference = new("--reference-cross-modal") { Description = "Cross-modal classification in the reference's form, with scores softmaxed twice." };

    /// <summary>Adds them to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_contrastive, _crossModal, _visual, _masked, _reference])
            command.Options.Add(option);
    }

    /// <summary>What was given.</summary>
    public LossWeights Read(ParseResult result) => new()
    {
        Contrastive = result.GetValue(_contrastive),
        CrossModal = result.GetValue(_crossModal),
        Visual = result.GetValue(_visual),
        Masked = result.GetValue(_masked),
        ReferenceCrossModal = result.GetValue(_reference),
    };

    private static Option<double> Weight(string name, string task, double weight) =>
        new(name) { Description = $"Weight of the task: {task}. 0 switches it off.", DefaultValueFactory = _ => weight };
}
