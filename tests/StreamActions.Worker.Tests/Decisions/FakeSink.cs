// A store in memory that can refuse.
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;

namespace StreamActions.Worker.Tests.Decisions;

internal sealed class FakeSink : IEventSink
{
    private readonly Lock _lock = new();
    private readonly List<StreamEvent> _events = [];

    /// <summary>Which events cannot be stored.</summary>
    public Func<StreamEvent, bool> Refuses { get; set; } = _ => false;

    public IReadOnlyList<StreamEvent> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    public IReadOnlyList<ActionEvent> Actions => [.. Events.OfType<ActionEvent>()];

    public IReadOnlyList<ActionPhase> Phases => [.. Actions.Select(e => e.Phase)];

    public Task AppendAsync(StreamEvent streamEvent)
    {
        lock (_lock)
        {
            if (Refuses(streamEvent))
                return Task.FromException(new SinkException("sinks.store: the disk is full; free some space"));
            _events.Add(streamEvent);
            return Task.CompletedTask;
        }
    }
}
