// Events handed to the producer together, and the answers to each.
using Confluent.Kafka;

namespace StreamActions.Worker.Sinks;

/// <summary>One batch on its way. Answers arrive on the producer's own threads, in any order.</summary>
internal sealed class Delivery
{
    private static readonly Error NotSent = new(ErrorCode.Local_InProgress, "not sent, because an earlier one could not be");

    private readonly Error?[] _answers;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    private Delivery(IReadOnlyList<PendingEvent> rows)
    {
        Rows = rows;
        _answers = new Error?[rows.Count];
        _open = rows.Count;
    }

    /// <summary>The events, oldest first.</summary>
    public IReadOnlyList<PendingEvent> Rows { get; }

    /// <summary>Completes when every event was answered.</summary>
    public Task Answered => _answered.Task;

    /// <summary>Answers so far, by place in <see cref="Rows"/>; null where there is none yet.</summary>
    public IReadOnlyList<Error?> Answers => _answers;

    /// <summary>Whether an event was refused before it left, so that no other event can be the reason.</summary>
    public HashSet<long> RefusedHere { get; } = [];

    /// <summary>Hands events to the producer in their order.</summary>
    public static Delivery Start(IProducer<string, string> producer, string topic, IReadOnlyList<PendingEvent> rows)
    {
        Delivery delivery = new(rows);
        Error? stopped = null;
        for (var i = 0; i < rows.Count; i++)
        {
            if (stopped is null)
                stopped = delivery.Send(producer, topic, i);
            else
                delivery.Answer(i, NotSent); // it must not overtake the one before it
        }

        return delivery;
    }

    private Error? Send(IProducer<string, string> producer, string topic, int place)
    {
        var row = Rows[place];
        Headers headers = [];
        foreach (var (name, value) in row.Event.Headers)
            headers.Add(name, System.Text.Encoding.UTF8.GetBytes(value));
        Message<string, string> message = new() { Key = row.Event.Key, Value = row.Event.Payload, Headers = headers };
        try
        {
            producer.Produce(topic, message, report => Answer(place, report.Error));
            return null;
        }
        catch (ProduceException<string, string> e)
        {
            var refused = DeliveryVerdicts.Of(e.Error) == DeliveryVerdict.Refused;
            if (refused)
                RefusedHere.Add(row.Seq);
            Answer(place, e.Error);
            return refused ? null : e.Error;
        }
    }

    private void Answer(int place, Error error)
    {
        Volatile.Write(ref _answers[place], error);
        if (Interlocked.Decrement(ref _open) == 0)
            _answered.SetResult();
    }
}
