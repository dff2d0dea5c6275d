// One batch of events in the producer, and the broker's answer to each event.
using Confluent.Kafka;

namespace StreamActions.Worker.Sinks;

/// <summary>One batch in delivery. Answers arrive on the producer's own threads, in any order.</summary>
internal sealed class Delivery
{
    private static readonly Error NotSent = new(ErrorCode.Local_InProgress, "not sent because an earlier event could not be sent");

    private readonly Error?[] _answers;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unanswered;

    private Delivery(IReadOnlyList<PendingEvent> rows)
    {
        Rows = rows;
        _answers = new Error?[rows.Count];
        _unanswered = rows.Count;
    }

    /// <summary>The events, oldest first.</summary>
    public IReadOnlyList<PendingEvent> Rows { get; }

    /// <summary>Completes when every event has an answer.</summary>
    public Task Answered => _answered.Task;

    /// <summary>The answers so far, in the order of <see cref="Rows"/>; null where no answer has arrived.</summary>
    public IReadOnlyList<Error?> Answers => _answers;

    /// <summary>Sequence numbers of events that the client library rejected. Such an error never concerns the rest of the batch.</summary>
    public HashSet<long> RejectedByClient { get; } = [];

    /// <summary>Passes events to the producer in order.</summary>
    public static Delivery Start(IProducer<string, string> producer, string topic, IReadOnlyList<PendingEvent> rows)
    {
        Delivery delivery = new(rows);
        Error? stopped = null;
        for (var i = 0; i < rows.Count; i++)
        {
            if (stopped is null)
                stopped = delivery.Send(producer, topic, i);
            else
                delivery.Answer(i, NotSent); // an event must not overtake an earlier one
        }

        return delivery;
    }

    // Returns the error that stops the batch, or null to continue with the next event.
    private Error? Send(IProducer<string, string> producer, string topic, int index)
    {
        var row = Rows[index];
        Headers headers = [];
        foreach (var (name, value) in row.Event.Headers)
            headers.Add(name, System.Text.Encoding.UTF8.GetBytes(value));
        Message<string, string> message = new() { Key = row.Event.Key, Value = row.Event.Payload, Headers = headers };
        try
        {
            producer.Produce(topic, message, report => Answer(index, report.Error));
            return null;
        }
        catch (ProduceException<string, string> e)
        {
            var rejected = DeliveryVerdicts.Of(e.Error) == DeliveryVerdict.Rejected;
            if (rejected)
                RejectedByClient.Add(row.Seq);
            Answer(index, e.Error);
            return rejected ? null : e.Error;
        }
    }

    private void Answer(int index, Error error)
    {
        Volatile.Write(ref _answers[index], error);
        if (Interlocked.Decrement(ref _unanswered) == 0)
            _answered.SetResult();
    }
}
