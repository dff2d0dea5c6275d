// Evaluates the answers to a batch: which events are delivered, retried or dead letters.
using Confluent.Kafka;

namespace StreamActions.Worker.Sinks;

/// <summary>What to record in the store after a delivery. Events without an answer appear in no list and stay pending.</summary>
internal sealed class DeliveryOutcome
{
    private readonly List<long> _delivered = [];
    private readonly List<long> _retried = [];
    private readonly List<(PendingEvent Row, string Reason)> _deadLetters = [];

    private DeliveryOutcome()
    {
    }

    /// <summary>Sequence numbers of the events to mark as delivered.</summary>
    public IReadOnlyList<long> Delivered => _delivered;

    /// <summary>Sequence numbers of the events whose delivery failed and is tried again.</summary>
    public IReadOnlyList<long> Retried => _retried;

    /// <summary>The events to move to the dead letters, each with the broker's reason.</summary>
    public IReadOnlyList<(PendingEvent Row, string Reason)> DeadLetters => _deadLetters;

    /// <summary>The first error among the retried events; null when there are none.</summary>
    public Error? Fault { get; private set; }

    /// <summary>True if the broker rejected the batch as a whole. Sending its events one by one shows which is invalid.</summary>
    public bool BatchRejected { get; private set; }

    /// <summary>True when the producer cannot be used any more.</summary>
    public bool ProducerFailed { get; private set; }

    /// <summary>Evaluates the answers that have arrived.</summary>
    public static DeliveryOutcome Of(Delivery delivery)
    {
        DeliveryOutcome outcome = new();
        // An event behind a retried event of its camera is sent again too, even if it was delivered: consumers drop the duplicate by
        // its id, but they cannot restore the order.
        HashSet<string> retriedKeys = [];
        for (var i = 0; i < delivery.Rows.Count; i++)
            outcome.Add(delivery, delivery.Rows[i], delivery.Answers[i], retriedKeys);
        return outcome;
    }

    private void Add(Delivery delivery, PendingEvent row, Error? error, HashSet<string> retriedKeys)
    {
        if (error is null)
        {
            retriedKeys.Add(row.Event.Key); // no answer arrived before the shutdown deadline
            return;
        }

        var verdict = DeliveryVerdicts.Of(error);
        if (verdict == DeliveryVerdict.Delivered)
        {
            if (!retriedKeys.Contains(row.Event.Key))
                _delivered.Add(row.Seq);
        }
        else if (verdict == DeliveryVerdict.Rejected && (delivery.Rows.Count == 1 || delivery.RejectedByClient.Contains(row.Seq)))
        {
            _deadLetters.Add((row, error.Reason));
        }
        else
        {
            BatchRejected |= verdict == DeliveryVerdict.Rejected;
            Fault ??= error;
            ProducerFailed |= error.IsFatal || error.Code is ErrorCode.Local_Fatal or ErrorCode.Local_GaplessGuarantee;
            _retried.Add(row.Seq);
            retriedKeys.Add(row.Event.Key);
        }
    }
}
