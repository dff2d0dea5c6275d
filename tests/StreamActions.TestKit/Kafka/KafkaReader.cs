// Reads a topic from its beginning, as an event consumer does.
using System.Text;
using Confluent.Kafka;

namespace StreamActions.TestKit.Kafka;

/// <summary>A record as a consumer sees it.</summary>
/// <param name="Key">The record's key.</param>
/// <param name="Value">The record's value.</param>
/// <param name="Headers">Headers by name, as text.</param>
/// <param name="Partition">The partition it came from.</param>
/// <param name="Offset">Its place there.</param>
public sealed record ReadRecord(string Key, string Value, IReadOnlyDictionary<string, string> Headers, int Partition, long Offset);

/// <summary>Reads a topic from its beginning and goes on where it was when it is asked again.</summary>
public sealed class KafkaReader : IDisposable
{
    private readonly IConsumer<string, string> _consumer;
    private readonly List<ReadRecord> _records = [];

    /// <summary>Starts reading; a topic that does not exist yet is waited for.</summary>
    public KafkaReader(string bootstrap, string topic)
    {
        ConsumerConfig settings = new()
        {
            BootstrapServers = bootstrap,
            GroupId = $"reader-{Guid.NewGuid():N}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            AllowAutoCreateTopics = true,
            TopicMetadataRefreshIntervalMs = 500,
            ReconnectBackoffMaxMs = 1_000,
        };
        _consumer = new ConsumerBuilder<string, string>(settings)
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
        _consumer.Subscribe(topic);
    }

    /// <summary>Everything read so far; the order within a key is the order of the topic.</summary>
    public IReadOnlyList<ReadRecord> Records => _records;

    /// <summary>Reads on until there is enough.</summary>
    /// <exception cref="TimeoutException">There was not within the deadline; says how many there were.</exception>
    public async Task<IReadOnlyList<ReadRecord>> ReadUntilAsync(
        Func<IReadOnlyList<ReadRecord>, bool> enough, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(deadline.TotalSeconds * TimeProvider.System.TimestampFrequency);
        await Task.Run(
            () =>
            {
                while (!enough(_records))
                {
                    if (TimeProvider.System.GetTimestamp() > end)
                        throw new TimeoutException($"{_records.Count} records within {deadline}, which was not enough");
                    cancellationToken.ThrowIfCancellationRequested();
                    Take();
                }
            },
            cancellationToken);
        return _records;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    private void Take()
    {
        try
        {
            if (_consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { Message: { } message } result)
                return;
            Dictionary<string, string> headers = message.Headers.ToDictionary(
                header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()));
            _records.Add(new ReadRecord(message.Key, message.Value, headers, result.Partition.Value, result.Offset.Value));
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // The topic is not there yet, or the broker is away: both may be what a test is about.
        }
    }
}
