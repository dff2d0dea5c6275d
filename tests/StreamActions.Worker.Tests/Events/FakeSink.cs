// A store in memory that can refuse and stall.
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;

namespace StreamActions.Worker.Tests.Events;

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

    /// <summary>The store answers after this task, and fails when it fails.</summary>
    public Task Stall { get; set; } = Task.CompletedTask;

    /// <summary>The same for one event.</summary>
    public Func<StreamEvent, Task> StallFor { get; set; } = _ => Task.CompletedTask;

    public async Task AppendAsync(StreamEvent streamEvent)
    {
        await Stall;
        await StallFor(streamEvent);
        lock (_lock)
        {
            if (Refuses(streamEvent))
                throw new SinkException("sinks.store: the disk is full; free some space");
            _events.Add(streamEvent);
        }
    }
}
