//! The ledger in `PostgreSQL`, for any number of instances behind one database.

use super::{
    Cell, Database, DatabaseFault, End, Job, Later, Migrations, Row, Tx, Value, schema_version,
};
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Transaction};
use std::error::Error;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{IsolationLevel, NoTls};

const MIGRATIONS: Migrations = &[
    include_str!("../../migrations/postgres/0001_first.sql"),
    include_str!("../../migrations/postgres/0002_province.sql"),
    include_str!("../../migrations/postgres/0003_outbound.sql"),
    include_str!("../../migrations/postgres/0004_open.sql"),
];
const CONNECT_MAX: Duration = Duration::from_secs(5);
const ATTEMPTS_MAX: u32 = 5;
/// Any number, but the same for every instance: only one of them changes the schema at a time.
const SCHEMA_LOCK: i64 = 0x0071_7561_7967_7731;

/// A pool of connections.
pub struct Postgres(Pool);

impl Postgres {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    pub async fn open(url: &str, connections_max: usize) -> Result<Self, DatabaseFault> {
        let settings = |what: &dyn Error| DatabaseFault::Settings(what.to_string());
        let mut config: tokio_postgres::Config = url.parse().map_err(|fault| settings(&fault))?;
        config.connect_timeout(CONNECT_MAX).application_name("quay-gateway");
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, NoTls, recycling);
        let pool = Pool::builder(manager)
            .max_size(connections_max)
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .wait_timeout(Some(CONNECT_MAX))
            .create_timeout(Some(CONNECT_MAX))
            .build()
            .map_err(|fault| settings(&fault))?;
        migrate(&mut pool.get().await?).await?;
        Ok(Self(pool))
    }

    async fn perform(&self, job: Job, isolation: IsolationLevel) -> Result<(), DatabaseFault> {
        let mut job = job;
        let mut attempt = 1;
        loop {
            let client = self.0.get().await?;
            let handle = Handle::current();
            let work = move || {
                attempted(&handle, client, &mut job, isolation)
                    .map_or_else(|failed| (Err(failed), Some(job)), |()| (Ok(()), None))
            };
            let done = tokio::task::spawn_blocking(work).await.map_err(|_| DatabaseFault::Ended)?;
            match done {
                (Ok(()), _) => return Ok(()),
                (Err(failed), Some(again)) if failed.may_run_again() && attempt < ATTEMPTS_MAX => {
                    job = again;
                    attempt += 1;
                }
                (Err(failed), _) => return Err(failed.fault),
            }
        }
    }
}

impl Database for Postgres {
    fn write(&self, job: Job) -> Later<'_> {
        Box::pin(self.perform(job, IsolationLevel::ReadCommitted))
    }

    fn read(&self, job: Job) -> Later<'_> {
        Box::pin(self.perform(job, IsolationLevel::RepeatableRead))
    }
}

/// An attempt that failed: before its commit it may run again, during it nobody knows what became of it.
struct Failed {
    fault: DatabaseFault,
    committing: bool,
}

impl Failed {
    fn may_run_again(&self) -> bool {
        let DatabaseFault::Postgres(fault) = &self.fault else { return false };
        let disturbed = fault.code().is_some_and(|code| {
            *code == SqlState::T_R_SERIALIZATION_FAILURE
                || *code == SqlState::T_R_DEADLOCK_DETECTED
                || *code == SqlState::ADMIN_SHUTDOWN
        });
        !self.committing && (disturbed || fault.is_closed())
    }
}

impl From<tokio_postgres::Error> for Failed {
    fn from(fault: tokio_postgres::Error) -> Self {
        Self { fault: fault.into(), committing: false }
    }
}

fn attempted(
    handle: &Handle,
    mut client: Object,
    job: &mut Job,
    isolation: IsolationLevel,
) -> Result<(), Failed> {
    let begin = client.build_transaction().isolation_level(isolation);
    let transaction = handle.block_on(begin.start())?;
    let mut step = Step { handle, transaction };
    // Dropped on a fault or a panic, the transaction is rolled back.
    let end = job(&mut step).map_err(|fault| Failed { fault, committing: false })?;
    match end {
        End::Commit => handle
            .block_on(step.transaction.commit())
            .map_err(|fault| Failed { fault: fault.into(), committing: true }),
        End::Rollback => Ok(handle.block_on(step.transaction.rollback())?),
    }
}

async fn migrate(client: &mut Object) -> Result<(), DatabaseFault> {
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&SCHEMA_LOCK]).await?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
        .await?;
    let found: Option<i64> =
        transaction.query_one("SELECT max(version) FROM schema_version", &[]).await?.get(0);
    let (found, known) = (found.unwrap_or(0), schema_version(MIGRATIONS));
    if found > known {
        return Err(DatabaseFault::Newer { found, known });
    }
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.batch_execute(step).await?;
    }
    if found < known {
        transaction.execute("INSERT INTO schema_version(version) VALUES ($1)", &[&known]).await?;
    }
    transaction.commit().await?;
    Ok(())
}

struct Step<'a> {
    handle: &'a Handle,
    transaction: Transaction<'a>,
}

impl Tx for Step<'_> {
    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, DatabaseFault> {
        let values = parameters(values);
        let rows = self.handle.block_on(async {
            let statement = self.transaction.prepare_cached(sql).await?;
            self.transaction.query(&statement, &values).await
        })?;
        rows.iter().map(row).collect()
    }

    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, DatabaseFault> {
        let values = parameters(values);
        Ok(self.handle.block_on(async {
            let statement = self.transaction.prepare_cached(sql).await?;
            self.transaction.execute(&statement, &values).await
        })?)
    }
}

fn parameters<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row, DatabaseFault> {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(index, column)| cell(row, index, column.type_()))
        .collect::<Result<_, _>>()
        .map(Row)
}

fn cell(row: &tokio_postgres::Row, index: usize, of: &Type) -> Result<Cell, DatabaseFault> {
    Ok(match *of {
        Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map_or(Cell::Null, Cell::Int),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map_or(Cell::Null, Cell::Bytes),
        Type::TEXT => row.try_get::<_, Option<String>>(index)?.map_or(Cell::Null, Cell::Text),
        _ => return Err(DatabaseFault::Row { column: index, what: "a number, text or bytes" }),
    })
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) => number.to_sql_checked(of, out),
            Value::Text(text) => text.to_sql_checked(of, out),
            Value::Bytes(bytes) => bytes.to_sql_checked(of, out),
        }
    }

    fn accepts(of: &Type) -> bool {
        matches!(*of, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}
