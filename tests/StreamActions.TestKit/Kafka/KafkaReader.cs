// Consumes a topic from its beginning.
using System.Text;
using Confluent.Kafka;

namespace StreamActions.TestKit.Kafka;

/// <summary>A record of a topic.</summary>
/// <param name="Key">The record's key.</param>
/// <param name="Value">The record's value.</param>
/// <param name="Headers">Headers by name, as text.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset in the partition.</param>
public sealed record ReadRecord(string Key, string Value, IReadOnlyDictionary<string, string> Headers, int Partition, long Offset);

/// <summary>Reads a topic from its beginning. Each call continues where the previous one ended.</summary>
public sealed class KafkaReader : IDisposable
{
    private readonly IConsumer<string, string> _consumer;
    private readonly List<ReadRecord> _records = [];

    /// <summary>Starts reading. The topic need not exist yet.</summary>
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

    /// <summary>All records so far. Records of one key are in the order of the topic.</summary>
    public IReadOnlyList<ReadRecord> Records => _records;

    /// <summary>Reads until the condition holds.</summary>
    /// <exception cref="TimeoutException">
    /// The condition did not hold before the deadline. The message has the number of records.
    /// </exception>
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
                        throw new TimeoutException($"only {_records.Count} records within {deadline}");
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
            // The topic does not exist yet, or the broker is down. Tests cause both.
        }
    }
}
